package listsview

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// May says what the person may do; Keeps is about the list shown: its owner is not another agency.
type May struct{ Manage, Keeps, Discreet, Reasons bool }

// Overview is the first page: the lists, what waits, what is to be reviewed.
type Overview struct {
	Lists   []listdb.List
	Pending []listdb.Proposal
	Due     listdb.Page
	May     May
}

// Found is the page of what a search gave.
type Found struct {
	Query listdb.Query
	Lists []listdb.List
	listdb.Page
	May May
}

// List is the page of one list.
type List struct {
	listdb.List
	listdb.Page
	Next  string
	First string
	Gone  bool
	May   May
	Form  Form // of an import, as it was sent
}

// Versions is the page of what was published of a list.
type Versions struct {
	listdb.List
	All  []listdb.Published
	Next string
	May  May
	Form Form
}

// Alert is the page of one alert.
type Alert struct {
	listdb.Entry
	May   May
	Fault string
}

// History is the page of proposals.
type History struct {
	List []listdb.Proposal
	Next string
}

// Review is the page of a proposal.
type Review struct {
	listdb.Review
	May   May
	Fault string
	Done  string
}

// working says whether the page is to look again by itself.
func (r Review) working() bool { return r.State == listdb.Reading || r.State == listdb.Publishing }

func (r Review) address(q url.Values) string {
	address := "/alerts/proposals/" + r.ID.String()
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	return address
}

func (r Review) look(values ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		q.Set(values[i], values[i+1])
	}
	return r.address(q)
}

func (r Review) next() string {
	switch {
	case !r.More:
		return ""
	case r.Look.Notes:
		return r.look("show", "notes", "after", itoa(r.Notes[len(r.Notes)-1].N))
	case r.Look.Refuse:
		return r.look("show", "refused", "after", itoa(r.Notes[len(r.Notes)-1].N))
	}
	return r.look("show", string(r.Look.Effect), "after", r.Rows[len(r.Rows)-1].ID)
}

// first is the address of the first page, where this is another.
func (r Review) first() string {
	switch {
	case r.Look.After == "" && r.Look.AfterN == 0:
		return ""
	case r.Look.Notes:
		return r.look("show", "notes")
	case r.Look.Refuse:
		return r.look("show", "refused")
	}
	return r.look("show", string(r.Look.Effect))
}

// Form is a form as it was sent, or as it begins, with what is wrong with it.
type Form struct {
	Values url.Values
	Fault  string // in the page's language
	Field  string // that the fault is about
}

// Value is the only value of a field.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// At is the value of a repeated field in a row.
func (f Form) At(name string, row int) string {
	if list := f.Values[name]; row < len(list) {
		return list[row]
	}
	return ""
}

// Has says whether a value of a repeated field is there.
func (f Form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

func (f Form) fault(field string) string {
	if f.Field == field {
		return f.Fault
	}
	return ""
}

// rows is how many rows repeated fields show: what is filled, and room.
func (f Form) rows(room int, fields ...string) int {
	filled := 0
	for _, field := range fields {
		for i, v := range f.Values[field] {
			if v != "" {
				filled = max(filled, i+1)
			}
		}
	}
	if f.Value("more") == "yes" {
		room += 4
	}
	return filled + room
}

// AlertForm is the form of a new alert, or of the next version of one.
type AlertForm struct {
	Form
	List    listdb.List
	ID      string // empty: a new one
	Version int
	May     May
}

// SettingsForm is the form of a list.
type SettingsForm struct {
	Form
	New  bool
	List string
}

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// alertAddress is where an alert is read. Its reference is the owner's number, or drawn: it says nothing of anybody.
func alertAddress(list, id, act string) string {
	address := "/alerts/lists/" + list + "/alert"
	if act != "" {
		address += "/" + act
	}
	return address + "?" + url.Values{"id": {id}}.Encode()
}
