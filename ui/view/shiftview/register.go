package shiftview

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Folder is a shift with its register, as it is shown and printed.
type Folder struct {
	Shift    shift.Shift
	Register shift.Register
	// Late are the sections completed after the register was offered.
	Late     []shift.WrittenText
	Versions map[shift.Section]int
	Genuine  bool
	Names    Names
	Post     view.Post
	Done     string
	Wrong    string
}

// Handover is the page on which a shift is handed over.
type Handover struct {
	Folder
	Blocks  []shift.Block
	MayLead bool
	Own     string // log-in name of who looks
	Form    Form
}

// mustRead reports whether the person has not read the hand-over yet.
func (p Handover) mustRead() bool {
	if p.Shift.Runs() || p.Own == p.Shift.OfferedBy || p.Own == p.Shift.SignedBy {
		return false
	}
	for _, r := range p.Shift.Readers {
		if r == p.Own {
			return false
		}
	}
	return true
}

// incoming is the log-in name that the signature begins with: of who looks, unless he hands over himself.
func (p Handover) incoming() string {
	if v := p.Form.Values["witness"]; v != "" {
		return v
	}
	if p.Own == p.Shift.OfferedBy || p.Own == p.Shift.Responsible {
		return ""
	}
	return p.Own
}

func (p Folder) late(s shift.Section) (shift.WrittenText, bool) {
	for _, w := range p.Late {
		if w.Section == s {
			return w, true
		}
	}
	return shift.WrittenText{}, false
}

func (p Folder) url(rest string) string { return "/shifts/" + p.Shift.ID.String() + rest }

// Table is what a section of the register lists: the same on the screen, on paper and in a file.
type Table struct {
	Heads []string
	Rows  [][]string
	// Numeric is the column of numbers from the end, 1 for the last; 0 for none.
	Numeric int
}

// SectionTable is the table of a section, in the language of the context; empty when there is nothing in it.
func SectionTable(ctx context.Context, r shift.Register, names Names, s shift.Section) Table {
	switch s {
	case shift.Team:
		return teamTable(ctx, r, names)
	case shift.Lanes:
		return laneTable(ctx, r, names)
	case shift.Relaxations:
		return relaxationTable(ctx, r, names)
	case shift.Traffic:
		return trafficTable(ctx, r)
	case shift.Documents:
		return repairTable(ctx, "shift.authorisation", r.Authorisations)
	case shift.Refusals:
		return refusalTable(ctx, r)
	case shift.Referrals:
		return referralTable(ctx, r)
	case shift.Checks:
		return checkTable(ctx, r)
	case shift.Corrections:
		return correctionTable(ctx, r)
	case shift.Stamps:
		return stampTable(ctx, r, names)
	case shift.Technical:
		return technicalTable(ctx, r)
	default:
		return noteTable(ctx, r.NotesOf(s), names)
	}
}

func heads(ctx context.Context, keys ...text.Key) []string {
	list := make([]string, len(keys))
	for n, k := range keys {
		list[n] = t(ctx, k)
	}
	return list
}

// clock is a time of day of the shift, with its date when the shift runs over several.
func clock(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "—"
	}
	return moment(ctx, at)
}

func teamTable(ctx context.Context, r shift.Register, names Names) Table {
	table := Table{Heads: heads(ctx, text.ShiftOfficer, text.ShiftFrom, text.ShiftUntil)}
	table.Rows = append(table.Rows, []string{names.of(r.Responsible) + " (" + t(ctx, text.ShiftResponsible) + ")", clock(ctx, r.BegunAt), clock(ctx, time.Time{})})
	for _, m := range r.Team {
		table.Rows = append(table.Rows, []string{names.of(m.Person), clock(ctx, m.From), clock(ctx, m.Until)})
	}
	return table
}

func laneTable(ctx context.Context, r shift.Register, names Names) Table {
	table := Table{Heads: heads(ctx, text.ShiftLane, text.ShiftDirectionHead, text.ShiftOfficer, text.ShiftFrom, text.ShiftUntil, text.ShiftCause)}
	for _, l := range r.Lanes {
		table.Rows = append(table.Rows, []string{
			l.Lane, direction(ctx, l.Direction), names.of(l.Officer), clock(ctx, l.From), clock(ctx, l.Until), word(ctx, "shift.causes", l.Cause),
		})
	}
	return table
}

func relaxationTable(ctx context.Context, r shift.Register, names Names) Table {
	table := Table{Heads: heads(ctx, text.ShiftLevel, text.ShiftLevelReason, text.ShiftBy, text.ShiftFrom, text.ShiftUntil)}
	for _, x := range r.Relaxations {
		table.Rows = append(table.Rows, []string{word(ctx, "shift.levels", x.Level), x.Reason, names.of(x.By), clock(ctx, x.From), clock(ctx, x.Until)})
	}
	return table
}

func trafficTable(ctx context.Context, r shift.Register) Table {
	table := Table{Heads: heads(ctx, text.ShiftDirectionHead, text.ShiftCategory, text.ShiftNationality, text.ShiftNumber), Numeric: 1}
	for _, f := range r.Traffic {
		table.Rows = append(table.Rows, []string{
			direction(ctx, f.Direction), word(ctx, "shift.categories", string(f.Category)), nationality(ctx, f.Nationality), strconv.Itoa(f.N),
		})
	}
	for _, d := range []border.Direction{border.Entry, border.Exit} {
		table.Rows = append(table.Rows, []string{direction(ctx, d), t(ctx, text.ShiftTotal), "", strconv.Itoa(r.Admitted(d))})
	}
	return table
}

func repairTable(ctx context.Context, prefix string, list []shift.Repair) Table {
	table := Table{Heads: heads(ctx, text.ShiftWhat, text.ShiftGround, text.ShiftRemark, text.ShiftNumber), Numeric: 1}
	for _, x := range list {
		table.Rows = append(table.Rows, []string{word(ctx, prefix, x.Kind), word(ctx, "shift.why", x.Ground), lateWord(ctx, x.Late), strconv.Itoa(x.N)})
	}
	return table
}

func lateWord(ctx context.Context, late bool) string {
	if late {
		return t(ctx, text.ShiftLate)
	}
	return ""
}

func refusalTable(ctx context.Context, r shift.Register) Table {
	table := Table{Heads: heads(ctx, text.ShiftGrounds, text.ShiftNationality, text.ShiftNumber), Numeric: 1}
	for _, x := range r.Refusals {
		table.Rows = append(table.Rows, []string{x.Reasons, nationality(ctx, x.Nationality), strconv.Itoa(x.N)})
	}
	return table
}

func referralTable(ctx context.Context, r shift.Register) Table {
	table := Table{Heads: heads(ctx, text.ShiftWhat, text.ShiftNumber), Numeric: 1}
	table.Rows = append(table.Rows, []string{t(ctx, text.ShiftReferred), strconv.Itoa(r.Referrals.Opened)})
	for _, c := range r.Referrals.Outcomes {
		table.Rows = append(table.Rows, []string{t(ctx, text.ShiftEndedWith) + " " + word(ctx, "shift.outcome", c.Key), strconv.Itoa(c.N)})
	}
	table.Rows = append(table.Rows, []string{t(ctx, text.ShiftReferralsOpen), strconv.Itoa(r.Referrals.Open)})
	return table
}

func checkTable(ctx context.Context, r shift.Register) Table {
	table := Table{Heads: heads(ctx, text.ShiftWhat, text.ShiftDetail, text.ShiftNumber), Numeric: 1}
	add := func(what text.Key, list []shift.Count, words func(string) string) {
		for _, c := range list {
			table.Rows = append(table.Rows, []string{t(ctx, what), words(c.Key), strconv.Itoa(c.N)})
		}
	}
	name := func(code string) string { return check(ctx, code) }
	add(text.ShiftHits, r.Hits, name)
	add(text.ShiftNotChecked, r.NotChecked, name)
	add(text.ShiftOverstays, r.Overstays, func(code string) string { return nationality(ctx, code) })
	table.Rows = append(table.Rows, []string{t(ctx, text.ShiftProvisional), "", strconv.Itoa(r.Provisional)})
	add(text.ShiftRechecked, r.Rechecked, func(code string) string { return word(ctx, "shift.recheck", code) })
	return table
}

func correctionTable(ctx context.Context, r shift.Register) Table {
	table := repairTable(ctx, "shift.repair", r.Repairs)
	for _, c := range r.Corrections {
		table.Rows = append(table.Rows, []string{t(ctx, text.ShiftUndone), correction(ctx, c.Reason), lateWord(ctx, c.Late), strconv.Itoa(c.N)})
	}
	return table
}

func stampTable(ctx context.Context, r shift.Register, names Names) Table {
	table := Table{Heads: heads(ctx, text.ShiftStampCode, text.ShiftStampHolder, text.ShiftFrom, text.ShiftUntil, text.ShiftRemark)}
	for _, x := range r.Stamps {
		remark := x.Remark
		if x.Lost {
			remark = strings.TrimSpace(t(ctx, text.ShiftStampLost) + ": " + x.Remark)
		}
		table.Rows = append(table.Rows, []string{x.Code, names.of(x.Holder), clock(ctx, x.From), clock(ctx, x.Until), remark})
	}
	table.Rows = append(table.Rows, []string{t(ctx, text.ShiftReceipts), "", "", "", text.FromContext(ctx).Number(int64(r.Receipts))})
	return table
}

func technicalTable(ctx context.Context, r shift.Register) Table {
	table := Table{Heads: heads(ctx, text.ShiftWhat, text.ShiftFrom, text.ShiftUntil)}
	for _, o := range r.Outages {
		table.Rows = append(table.Rows, []string{t(ctx, text.ShiftOutage), clock(ctx, o.From), clock(ctx, o.Until)})
	}
	table.Rows = append(table.Rows, []string{t(ctx, text.ShiftWaiting, text.Count, r.Waiting), "", clock(ctx, r.Until)})
	return table
}

func noteTable(ctx context.Context, notes []shift.Note, names Names) Table {
	table := Table{Heads: heads(ctx, text.ShiftAt, text.ShiftNoteKind, text.ShiftNoteText, text.ShiftBy)}
	for _, n := range notes {
		table.Rows = append(table.Rows, []string{clock(ctx, n.At), kind(ctx, n.Kind), n.Text, names.of(n.By)})
	}
	return table
}

func genuineTone(p Folder) view.Tone {
	if p.Genuine {
		return view.ToneSuccess
	}
	return view.ToneError
}
