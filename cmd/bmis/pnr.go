package main

type pnrCommand struct {
	Parse pnrParseCommand `cmd:"" help:"Read messages of reservations (PNRGOV, ACKRES) and print what they say as JSON."`
}

type pnrParseCommand struct{ messageFiles }

// Help is shown by bmis pnr parse --help.
func (pnrParseCommand) Help() string {
	return `Each message gives one JSON object on one line, in order: what it says of the flight, of its travellers and of their
reservations, and under "diagnostics" what is not as the guide wants it, with the segment and the byte where it stands. EDIFACT and XML
are told apart by themselves, and so are several messages and interchanges in one file. A message that is damaged still gives its line.
Numbers of payment cards are masked; all else is personal data. Telephone numbers stand as sent, and under "numbers" as E.164 where they
are valid. With --stats the rows of bags on legs and the distinct tags among them are counted too: the same tags stand on every leg.

The exit code is 0 when each file held a message, 1 when one held none, 2 when one cannot be read: the others are
printed all the same.

Example:

    bmis pnr parse push.edi --stats`
}
