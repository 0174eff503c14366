package crosscheck

func (j *judge) pageName() result { return notDone(ReasonNotRead) }

func (j *judge) compareName(source, surname, given string) result { return notDone(ReasonNotRead) }
