package listfile

func hasOwnHeader(string) bool { return false }
