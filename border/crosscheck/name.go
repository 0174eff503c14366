package crosscheck

func (j *judge) pageName() result { return notDone(ReasonNotRead) }
