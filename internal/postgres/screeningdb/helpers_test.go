package screeningdb_test

import "github.com/openbmis/openbmis/alerts/screening"

func place() screening.Place { return screening.Place{} }

func report() screening.Report {
	return screening.Report{Place: "xaa-apt 3", Time: "12:00", Objects: "two suitcases"}
}
