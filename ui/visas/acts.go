package visas

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) claim(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	return "claimed", x.Desk.Claim(c.Ctx(), c.Actor(), at, f.Value("reason"))
}

func (x *screens) release(c *web.Context, at desk.At, _ visasview.Form) (string, error) {
	return "released", x.Desk.Release(c.Ctx(), c.Actor(), at)
}

func (x *screens) note(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	return "noted", x.Desk.Note(c.Ctx(), c.Actor(), at, f.Value("text"))
}

func (x *screens) judge(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	return "judged", x.Desk.Judge(c.Ctx(), c.Actor(), at, desk.Judgement{
		Check: f.Value("check"), Hit: f.Value("hit"), Same: desk.Verdict(f.Value("same")), Reason: f.Value("reason"),
	})
}

func (x *screens) recheck(c *web.Context, at desk.At, _ visasview.Form) (string, error) {
	return "rechecked", x.Desk.Recheck(c.Ctx(), c.Actor(), at)
}

func (x *screens) ask(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	days, err := strconv.Atoi(f.Value("days"))
	if f.Value("days") != "" && (err != nil || days < 1) {
		return "", desk.ErrDays.At("days")
	}
	words, err := x.letterOf(c, at, f, "text")
	if err != nil {
		return "", err
	}
	return "asked", x.Desk.Ask(c.Ctx(), c.Actor(), at, desk.Asking{Kinds: f.Lists["kinds"], Text: words, Days: days})
}

func (x *screens) invite(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	when, err := instant(c, f.Value("when"))
	if err != nil {
		return "", desk.ErrWhen.At("when")
	}
	words, err := x.letterOf(c, at, f, "text")
	if err != nil {
		return "", err
	}
	return "invited", x.Desk.Invite(c.Ctx(), c.Actor(), at, desk.Invitation{Place: f.Value("place"), When: when, Text: words})
}

func (x *screens) interviewed(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	return "interviewed", x.Desk.Interviewed(c.Ctx(), c.Actor(), at, desk.Interviewed{Held: f.Value("absent") != "yes", Notes: f.Value("notes")})
}

// decide approves or refuses, or proposes it where a second officer is wanted: the page says which it was.
func (x *screens) decide(c *web.Context, at desk.At, d desk.Decision, word string) (string, error) {
	out, err := x.Desk.Decide(c.Ctx(), c.Actor(), at, d)
	if err == nil && out.State == evisa.Proposed {
		word = "proposed"
	}
	return word, err
}

func (x *screens) approve(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	terms, err := termsOf(f)
	if err != nil {
		return "", err
	}
	return x.decide(c, at, desk.Decision{Approve: true, Terms: terms, Reason: f.Value("reason")}, "approved")
}

// termsOf reads the terms of an approval; what the type allows is held against them by the desk.
func termsOf(f visasview.Form) (terms evisa.Terms, err error) {
	for field, day := range map[string]*traveldoc.Date{"from": &terms.From, "until": &terms.Until} {
		if *day, err = traveldoc.ParseDate(f.Value(field)); err != nil || day.Precision() != traveldoc.PrecisionDay {
			return terms, invalid("visas.day", field)
		}
	}
	for field, n := range map[string]*int{"days": &terms.Days, "entries": &terms.Entries} {
		if *n, err = strconv.Atoi(f.Value(field)); err != nil || *n < 0 || *n > 3660 {
			return terms, invalid("visas.number", field)
		}
	}
	terms.Conditions, terms.Modes = f.Lists["conditions"], f.Lists["modes"]
	for _, list := range f.Lists["ports"] {
		terms.Ports = append(terms.Ports, strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	return terms, nil
}

func (x *screens) refuse(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	words, err := x.letterOf(c, at, f, "letter")
	if err != nil {
		return "", err
	}
	return x.decide(c, at, desk.Decision{Grounds: f.Lists["grounds"], Letter: words, Reason: f.Value("reason")}, "refused")
}

func (x *screens) confirm(c *web.Context, at desk.At, _ visasview.Form) (string, error) {
	out, err := x.Desk.Confirm(c.Ctx(), c.Actor(), at, "")
	if err == nil && out.State == evisa.Refused {
		return "refused", nil
	}
	return "approved", err
}

func (x *screens) giveBack(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	return "returned", x.Desk.Return(c.Ctx(), c.Actor(), at, f.Value("reason"))
}

// refund asks for a refund of what a group paid. The form carries the wish's id: sending it twice is asking once.
func (x *screens) refund(c *web.Context, at desk.At, f visasview.Form) (string, error) {
	if x.Money == nil {
		return "", problem.New(problem.Conflict, "visas.no_money")
	}
	wish, err := uuid.Parse(f.Value("wish"))
	if err != nil {
		return "", desk.ErrChanged
	}
	if f.Value("reason") == "" || len(f.Value("reason")) > desk.MaxReason {
		return "", desk.ErrReason.At("reason").With("max", desk.MaxReason)
	}
	s, err := x.load(c, at.ID, visasview.MoneyPanel)
	if err != nil {
		return "", err
	}
	amount, err := amountOf(s, f.Value("amount"))
	if err != nil {
		return "", err
	}
	e := entry(c, audit.Alteration, "visa_payment", s.Application.Group.String())
	e.Decision, e.Justification = "refund", f.Value("reason")
	return "refund", x.Money.Want(c.Ctx(), paydb.Want{ID: wish, Group: s.Application.Group, Amount: amount}, e)
}

// amountOf reads an amount in the currency that was paid, in exactly its decimals; nothing is everything.
func amountOf(s visasview.Case, typed string) (int64, error) {
	for _, r := range s.Account.Receipts {
		if !r.Counts {
			continue
		}
		if typed == "" {
			return 0, nil
		}
		digits := strings.TrimSpace(strings.TrimSuffix(strings.ToUpper(typed), r.Amount.Currency))
		minor, err := strconv.ParseInt(strings.Replace(digits, ".", "", 1), 10, 64)
		m := evisa.Money{Minor: minor, Currency: r.Amount.Currency}
		if err != nil || minor < 1 || minor > r.Amount.Minor || m.String() != digits+" "+m.Currency {
			return 0, problem.New(problem.Invalid, "visas.amount").At("amount").With("paid", r.Amount.String())
		}
		return minor, nil
	}
	return 0, problem.New(problem.Conflict, "visas.not_paid")
}
