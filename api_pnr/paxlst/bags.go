package paxlst

import (
	"fmt"
	"strconv"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// ftx reads the tags of bags: a tag, and how many follow one another from it. Other texts are kept as sent.
func (r *reader) ftx() {
	if r.text(0, 0) != "BAG" {
		r.unplaced(apipnr.Info)
		return
	}
	tag, sent := r.text(3, 0), r.text(3, 1)
	n := 1
	if sent != "" {
		var err error
		if n, err = strconv.Atoi(sent); err != nil || n < 1 {
			r.report(apipnr.CodeNumber, apipnr.Warning, 3, 1, fmt.Sprintf("%q is no number of bags", sent))
			n = 1
		}
	}
	if tag == "" && sent == "" {
		r.unplaced(apipnr.Warning)
		return
	}
	r.origin(apipnr.FieldBags, len(r.arena.bags)-r.arena.bag, 3, 0)
	r.arena.bags = append(r.arena.bags, apipnr.Bag{Count: &n, Tags: tags(tag, n), Source: "FTX"})
}

// mostTags is how many tags one series gives; a longer one gives its first alone.
const mostTags = 99

// tags are a tag and those that follow it; a tag that does not end in digits has none that follow.
func tags(first string, n int) []string {
	digits := len(first)
	for digits > 0 && first[digits-1]-'0' < 10 && len(first)-digits < 9 {
		digits--
	}
	start, err := strconv.Atoi(first[digits:])
	switch {
	case first == "":
		return nil
	case err != nil || n > mostTags:
		return []string{first}
	}
	all := make([]string, 0, n)
	all = append(all, first)
	for i := 1; i < n; i++ {
		all = append(all, fmt.Sprintf("%s%0*d", first[:digits], len(first)-digits, start+i))
	}
	return all
}
