package trustview

import (
	"net/url"
	"strconv"

	"github.com/openbmis/openbmis/internal/postgres/trustdb"
)

// Overview is the first page: what is published and what waits.
type Overview struct {
	trustdb.Overview
	Pending []trustdb.Proposal
	Station bool // a station reads only
	May     bool // propose
	Form    Form
	// Withheld and Broken are a station's: items of the training country that it does not use, and items that it cannot use.
	Withheld, Broken int
}

// Form is the form of a proposal as it was sent.
type Form struct {
	Origin, Remark string
	Fault          string // in the page's language
	Field          string // that the fault is about
	Acknowledge    bool   // the signature is wrong: offer to say that it is wanted all the same
}

func (f Form) fault(field string) string {
	if f.Field == field {
		return f.Fault
	}
	return ""
}

// Found is the page of what a search gave.
type Found struct {
	trustdb.Query
	Page  []trustdb.Listed
	Total int
}

func (f Found) next() string {
	if len(f.Page) < f.Limit || f.Limit == 0 {
		return ""
	}
	q := url.Values{"country": {f.Country}, "kind": {string(f.Kind)}, "words": {f.Words}, "after": {f.Page[len(f.Page)-1].ID}}
	return "/trust/items?" + q.Encode()
}

// Item is the page of one item.
type Item struct {
	trustdb.Entry
	May   bool // propose to withdraw it
	Fault string
}

// History is the page of proposals.
type History struct {
	List []trustdb.Proposal
	Next string // address of the next page
}

// Review is the page of a proposal.
type Review struct {
	trustdb.Review
	May   bool // decide
	Fault string
	Done  string
}

func (r Review) next() string {
	if end := r.From + len(r.Items); end < r.Total {
		return r.address(end)
	}
	return ""
}

func (r Review) previous() string {
	if r.From == 0 {
		return ""
	}
	return r.address(0)
}

func (r Review) address(from int) string {
	return "/trust/proposals/" + r.ID.String() + "?from=" + strconv.Itoa(from)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// holdsTraining says whether anything of the synthetic country is in it.
func (o Overview) holdsTraining() bool {
	for _, c := range o.Countries {
		if isTraining(c.Country) {
			return true
		}
	}
	return false
}
