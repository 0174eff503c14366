package secondline

import (
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

// allowsEnd says why the case may not end so. Protection is never recorded as such: it ends as End.Public says.
func (c *Case) allowsEnd(e *End) error {
	if e == nil {
		return missing("outcome")
	}
	if err := within("note", e.Note, border.MaxNote); err != nil {
		return err
	}
	switch e.Outcome {
	case Admit:
		return c.allowsAdmission(e)
	case Refuse:
		return c.allowsRefusal(e)
	case HandOver:
		return e.checkHandOver()
	case Return, Health:
		return nil
	case Protection, WithdrawnOutcome:
	}
	return problem.New(problem.Invalid, "referral.outcome").At("outcome")
}

func (c *Case) allowsAdmission(e *End) error {
	grave := len(c.Grave()) > 0
	switch {
	case grave && c.Agreed == nil:
		return ErrSecondPerson
	case grave && e.Approver != c.Approver, !grave && e.Approver != "":
		return ErrSecondPerson
	case e.Reason == "":
		return errReasonMissing
	case !known(border.AdmitReasons(), e.Reason):
		return unknown("reason")
	}
	return border.CheckOnArrival(e.OnArrival, c.OnArrival())
}

// OnArrival are the terms of the visa that admitting the traveller grants; nil when it grants none.
func (c *Case) OnArrival() *border.ArrivalTerms {
	return border.OnArrival(c.Referred.Direction, c.Findings())
}

func (c *Case) allowsRefusal(e *End) error {
	switch {
	case c.Referred.Direction == border.Exit:
		return problem.New(problem.Invalid, "decision.refuse_exit").At("outcome")
	case e.Refusal == nil || len(e.Refusal.Reasons) == 0:
		return missing("reasons")
	}
	return nil
}

func (e *End) checkHandOver() error {
	switch {
	case e.Authority == "":
		return missing("authority")
	case !known(Authorities(), e.Authority):
		return unknown("authority")
	case e.Authority != OtherService && strings.TrimSpace(e.AuthorityName) == "":
		return missing("authority_name")
	}
	return within("authority_name", e.AuthorityName, MaxShort)
}

func (i *Interview) check() error {
	switch {
	case i == nil || strings.TrimSpace(i.Answer) == "":
		return missing("answer")
	case i.Language != "" && !known(Languages(), i.Language):
		return unknown("language")
	}
	for _, t := range []struct {
		field, text string
		most        int
	}{{"question", i.Question, MaxText}, {"answer", i.Answer, MaxText}, {"interpreter", i.Interpreter, MaxShort}} {
		if err := within(t.field, t.text, t.most); err != nil {
			return err
		}
	}
	return nil
}

func (x *Examination) check() error {
	switch {
	case x == nil:
		return missing("part")
	case !known(Parts(), x.Part):
		return unknown("part")
	case !known(Methods(), x.Method):
		return unknown("method")
	case !known(Results(), x.Result):
		return unknown("result")
	}
	return within("remark", x.Remark, MaxText)
}

func (r *Run) check() error {
	if r == nil || len(r.Findings) == 0 {
		return missing("findings")
	}
	return nil
}

func within(field, text string, most int) error {
	if len(text) > most {
		return tooLong(field, most)
	}
	return nil
}

func allKnown(codes, given []string) bool {
	for _, code := range given {
		if !known(codes, code) {
			return false
		}
	}
	return true
}
