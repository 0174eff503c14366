package visaportal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

const mainButton = "main .portal-form button.main"

// A family applies on a telephone to the end, by the keyboard alone, with the script and without, one in each direction of writing: each page
// is held to the rules of accessibility and of small screens on the way.
func TestAFamilyAppliesOnATelephone(t *testing.T) {
	for _, c := range []struct {
		language string
		script   bool
	}{{"ar", true}, {"en", false}} {
		name := c.language
		if !c.script {
			name += "/noscript"
		}
		t.Run(name, func(t *testing.T) {
			w := open(t)
			p := w.phone(t, c.language, c.script)
			p.choose()
			p.answerAll(c.script)
			p.child()
			p.answerAll(c.script)
			p.declareAndPay()
		})
	}
}

// choose goes from the first page through the chooser to a draft.
func (p *phone) choose() {
	p.t.Helper()
	p.open("/")
	p.look("start")
	p.send(`a[href="/need"]`)
	p.look("need-nationality")
	p.send(mainButton)
	p.look("need-fault")
	p.selected("nationality", "PER")
	p.send(mainButton)
	p.look("need-document")
	p.pick("document_code", "P")
	p.send(mainButton)
	p.look("need-purpose")
	p.pick("purpose", "tourism")
	p.send(mainButton)
	p.look("need-arrival")
	p.date("arrival", "28", "12", "2026")
	p.send(mainButton)
	p.look("need-answer")
	for _, kept := range []string{`#f-arrival_day[value="28"]`, `input[name=purpose][value=tourism]:checked`, `input[name=document_code][value=P]:checked`} {
		p.send(`button.portal-back`)
		p.WaitFor(kept)
	}
	p.look("need-back")
	for range 3 { // everything is still answered
		p.send(mainButton)
	}
	p.look("need-answer-again")
	p.send(`.portal-card button`)
	require.Equal(p.t, "/apply", p.path())
	p.look("tasks")
}

// answerAll goes where the portal leads until everything is answered.
func (p *phone) answerAll(script bool) {
	p.t.Helper()
	p.send(`.portal-tasks li:has(.todo) a`)
	for range 40 {
		page := strings.TrimPrefix(p.path(), "/apply/")
		if page == "check" {
			return
		}
		p.look(page)
		p.answerPage(page, script)
	}
	require.FailNow(p.t, "no end of questions", p.path())
}

func (p *phone) answerPage(page string, script bool) {
	p.t.Helper()
	switch page {
	case "passport":
		data, err := dataPage()
		require.NoError(p.t, err)
		p.upload(data)
		p.send(mainButton)
		p.look("passport-read")
		p.send(`.portal-ends a.button`)
		return
	case "portrait":
		p.portrait(script)
		return
	case "papers":
		p.send(`form[action="/apply/papers/done"] button`)
		return
	case "document":
		p.date("issued", "1", "2", "2024")
	case "birth":
		p.write("birth_place", "Zenith")
		p.selected("birth_country", "PER")
	case "relation":
		p.pick("relation", "child")
	case "history":
		p.pick("refused", "no")
	case "journey":
		p.send(mainButton)
		p.look("journey-faults")
		p.date("arrival", "10", "1", "2027")
		p.date("departure", "20", "1", "2027")
		p.pick("entries", "1")
	case "contact":
		p.write("email", "anna@example.org")
		p.write("address", "1 Main Street")
		p.selected("country", "PER")
	case "host":
		p.pick("has_host", "no")
	case "claims":
		p.pick("humanitarian", "no")
		p.pick("family_reunification", "no")
	}
	p.send(mainButton)
}

// portrait is judged while it is chosen where there is a script, and after it was sent in any case.
func (p *phone) portrait(script bool) {
	p.t.Helper()
	p.upload(portrait(p.t, 7))
	if script {
		p.WaitFor("#live .portal-items li, #live p")
		p.WaitFor("#live .portal-items li")
		p.look("portrait-live")
	} else {
		require.Empty(p.t, p.Text("#live"))
	}
	p.send(mainButton)
	p.WaitFor(".portal-image")
	p.look("portrait-kept")
	p.send(`.portal-ends a.button`)
}

// child adds a second person to the family.
func (p *phone) child() {
	p.t.Helper()
	p.look("check")
	p.open("/apply/group")
	p.look("group")
	p.send(`form[action="/apply/group/add"] button`)
	p.open("/apply/nation?person=2")
	p.selected("nationality", "PER")
	p.pick("document_code", "P")
	p.send(mainButton)
	p.pick("type", "T")
	p.look("type")
	p.send(mainButton)
	p.open("/apply/group")
	p.look("group-two")
	p.open("/apply")
}

func (p *phone) declareAndPay() {
	p.t.Helper()
	p.look("check-family")
	p.send(`a[href="/apply/declare"]`)
	p.look("declare")
	p.send(mainButton)
	p.look("declare-faults")
	p.tick("agreed")
	p.tick("noticed")
	p.send(mainButton)
	require.Equal(p.t, "/apply/pay", p.path())
	p.look("pay")
	p.send(`form[action="/apply/pay"] button`)
	require.True(p.t, strings.HasPrefix(browsertest.Eval[string](p.Page, "location.href"), p.w.pay+"/"), "at the provider")
	p.follow(func() { browsertest.Eval[bool](p.Page, "document.querySelector('button[value=pay]').click() || true") })
	p.Wait("location.pathname === '/apply/sent'")
	p.look("sent")
	require.Contains(p.t, p.Text(".portal-panel"), "-")
}
