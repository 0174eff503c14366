package visaportal

import (
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// fieldOfKind begins the name of the field of a kind of file that was asked for.
const fieldOfKind = "file_"

// said is a page on which an applicant says something of an application that was sent, with files or without.
type said struct {
	path          string
	title         text.Key
	lead          []string
	field, submit text.Key
	files         bool
	kinds         []string // of files that were asked for: each has a field of its own
}

func (p *portal) showSaid(c *web.Context, s said, form apply.Form, wrong apply.Problems) error {
	say := c.Text()
	a := asked{portal: p, say: say, values: form, wrong: wrong}
	long := a.field(apply.Field{Name: apply.FieldText, Kind: apply.KindLong, Required: true, Most: 4000})
	long.Label, long.Hint = say.T(s.field), ""
	shown := visaportalview.Form{Action: s.path, Submit: s.submit, Fields: []visaportalview.Field{long}, Files: s.files}
	for _, kind := range s.kinds {
		shown.Fields = append(shown.Fields, visaportalview.Field{
			Name: fieldOfKind + kind, Kind: "file", Label: say.Word("visaportal.file_kind", kind), Accept: images + ",application/pdf",
			Faults: a.faults(fieldOfKind + kind),
		})
	}
	if s.files {
		shown.Fields = append(shown.Fields, visaportalview.Field{
			Name: apply.FieldFile, Kind: "file", Label: say.T(text.VisaportalStatusReplyFiles), Optional: true, Multiple: true,
			Accept: images + ",application/pdf", Faults: a.faults(apply.FieldFile),
		})
	}
	return c.Render(statusOf(wrong), visaportalview.Question(
		visaportalview.Page{Title: s.title, Back: "/status/application", Place: s.path, Faulty: len(wrong) > 0},
		visaportalview.Asked{Title: s.title, Lead: s.lead, Form: shown}))
}

func (p *portal) replyPage(s apply.Standing) said {
	page := said{path: "/status/reply", title: text.VisaportalStatusReplyTitle, field: text.VisaportalStatusReplyText, submit: text.VisaportalStatusReplySend, files: true}
	if s.Told.Request != nil {
		page.lead = nonEmpty(s.Told.Request.Text)
		page.kinds = s.Told.Request.Kinds
	}
	return page
}

func (p *portal) appealPage(c *web.Context) said {
	return said{
		path: "/status/appeal", title: text.VisaportalStatusAppealTitle, field: text.VisaportalStatusAppealText, submit: text.VisaportalStatusAppealSend,
		files: true, lead: []string{c.Text().T(text.VisaportalStatusAppealLead)},
	}
}

func (p *portal) reply(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		return notNow(s.MayReply, func() error { return p.showSaid(c, p.replyPage(s), apply.Form{}, nil) })
	})
}

func (p *portal) replySend(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		return notNow(s.MayReply, func() error {
			return p.handOver(c, p.replyPage(s), p.Service.Reply)
		})
	})
}

func (p *portal) appeal(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		return notNow(s.MayAppeal, func() error { return p.showSaid(c, p.appealPage(c), apply.Form{}, nil) })
	})
}

func (p *portal) appealSend(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		return notNow(s.MayAppeal, func() error { return p.handOver(c, p.appealPage(c), p.Service.Appeal) })
	})
}
