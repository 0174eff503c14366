package visaportal_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/traveldoc"
)

// Every page that the family does not come by: answers of the chooser, saving, status in each state, verification, every way in which
// something is empty, over, wrong or too much. Each is held to the same rules, in both directions of writing.
func TestEveryOtherPageOnATelephone(t *testing.T) {
	for _, language := range []string{"ar", "en"} {
		t.Run(language, func(t *testing.T) {
			w := open(t)
			w.rules(t, book())
			p := w.phone(t, language, true)
			p.AllowConsole("404")
			p.AllowConsole("409")
			p.AllowConsole("413")
			p.AllowConsole("429")
			p.AllowConsole("503")
			p.entrances()
			p.answersOfTheChooser()
			p.drafting()
			p.verifying()
			p.following()
			p.tooMuch()
		})
	}
}

// visit opens a page and holds it to the rules.
func (p *phone) visit(path, name string) {
	p.t.Helper()
	p.open(path)
	p.look(name)
	require.NotEmpty(p.t, p.Walk(), "nothing can be reached by the keyboard on %s", name)
}

func (p *phone) entrances() {
	p.t.Helper()
	for path, name := range map[string]string{
		"/privacy": "privacy", "/resume": "resume", "/left": "left", "/status": "find", "/verify": "verify", "/apply": "gone",
		"/resume/abcdefghij": "resume-open", "/nowhere": "not-found",
	} {
		p.visit(path, name)
	}
	p.open("/resume/abcdefghij")
	p.send(mainButton)
	p.look("link-over")
	p.open("/resume")
	p.send(mainButton)
	p.look("resume-fault")
	p.write("email", "nobody@example.org")
	p.send(mainButton)
	p.look("resume-asked")
	p.open("/status")
	p.send(mainButton)
	p.look("find-fault")
	p.write("reference", "7KX-R4M-TQC")
	p.date("birth_date", "12", "8", "1990")
	p.send(mainButton)
	p.look("find-unknown")
}

func (p *phone) answersOfTheChooser() {
	p.t.Helper()
	for nationality, name := range map[string]string{"FRA": "need-free", "PER": "need-on-arrival", "SYR": "need-required"} {
		p.open("/need")
		p.selected("nationality", nationality)
		p.send(mainButton)
		p.pick("document_code", "P")
		p.send(mainButton)
		p.pick("purpose", "official")
		p.send(mainButton)
		if nationality == "SYR" {
			p.date("arrival", "31", "2", "2027")
			p.send(mainButton)
			p.look("need-arrival-fault")
			p.date("arrival", "28", "2", "2027")
		}
		p.send(mainButton)
		p.look(name)
	}
}

// drafting are the pages of a draft that the family had no need of.
func (p *phone) drafting() {
	p.t.Helper()
	p.begin()
	p.look("tasks-empty")
	for _, page := range []string{"nation", "purpose", "document", "name", "birth", "history", "journey", "contact", "host", "claims"} {
		p.visit("/apply/"+page, page+"-empty")
		p.send(mainButton)
		p.look(page + "-fault")
	}
	p.visit("/apply/check", "check-missing")
	p.visit("/apply/save", "save")
	p.write("email", "anna@example.org")
	p.send(mainButton)
	p.look("saved")
	p.open("/apply/papers")
	p.send(mainButton)
	p.look("papers-fault")
	p.open("/apply/portrait")
	p.send(mainButton)
	p.look("portrait-fault")
	p.open("/apply/group")
	p.send(`form[action="/apply/group/add"] button`)
	p.open("/apply/group")
	p.send(`form[action="/apply/group/remove"] button`)
	p.look("group-remove")
	p.send(`form[action="/apply/group/remove"] button`)
	require.Equal(p.t, 1, browsertest.Eval[int](p.Page, "document.querySelectorAll('.portal-people li').length"))
	p.visit("/apply/forget", "forget")
	p.visit("/apply/nonsense", "no-such-page")
	p.open("/apply/claims")
	p.send(`.portal-leave button`)
	require.Equal(p.t, "/left", p.path())
}

func (p *phone) verifying() {
	p.t.Helper()
	from, _ := traveldoc.ParseDate("2026-11-01")
	until, _ := traveldoc.ParseDate("2026-12-31")
	require.NoError(p.t, p.w.db.InTx(p.t.Context(), func(tx pgx.Tx) error {
		return p.w.centre.PutVerify(p.t.Context(), tx, portaldb.Verifiable{Visa: "E7KXR4MTQ", Document: "L898902C3", From: from, Until: until})
	}))
	for document, name := range map[string]string{"L898902C3": "verify-valid", "X1234567": "verify-not-valid", "": "verify-fault"} {
		p.open("/verify")
		p.write("number", "E7KXR4MTQ")
		p.write("document", document)
		p.send(mainButton)
		p.look(name)
	}
}

// following is an application in every state.
func (p *phone) following() {
	p.t.Helper()
	_, reference, application := p.w.free(p.t, p.name)
	p.open("/status")
	p.write("reference", reference.String())
	p.date("birth_date", "12", "8", "1990")
	p.send(mainButton)
	require.Equal(p.t, "/status/application", p.path())
	for n, s := range p.w.states(reference, application) {
		p.w.tell(p.t, s.told)
		p.visit("/status/application", fmt.Sprintf("status-%d-%s", n, s.told.State))
		switch n {
		case 1:
			p.visit("/status/withdraw", "withdraw")
			p.visit("/status/appeal", "not-now")
		case 2:
			p.visit("/status/reply", "reply")
			p.send(mainButton)
			p.look("reply-fault")
			p.write("text", "Here it is.")
			p.send(mainButton)
			p.look("status-replied")
		case 4:
			p.visit("/status/appeal", "appeal")
		}
	}
}

// tooMuch guesses until it is slowed.
func (p *phone) tooMuch() {
	p.t.Helper()
	reference, err := evisa.NewReference(rand.Reader)
	require.NoError(p.t, err)
	v, slow := p.w.visitor(p.t, p.name), false
	for range 30 {
		slow = slow || v.post("/status", url.Values{"reference": {string(reference)}, "birth_date": {"1990-01-01"}}).status == http.StatusTooManyRequests
	}
	require.True(p.t, slow)
	p.open("/status")
	p.write("reference", reference.String())
	p.date("birth_date", "1", "1", "1990")
	p.send(mainButton)
	require.NotEmpty(p.t, p.Text(".message.warning"))
	p.look("slow")
}

// The longest words of the other two languages fit on a telephone too. What else axe and the keyboard say is the same in each language.
func TestFrenchAndSpanishFitOnATelephone(t *testing.T) {
	w := open(t)
	w.rules(t, book())
	for _, language := range []string{"fr", "es"} {
		p := w.phone(t, language, true)
		p.script = false // no axe
		for path, name := range map[string]string{"/": "start", "/need": "need-nationality", "/privacy": "privacy", "/status": "find", "/verify": "verify", "/resume": "resume"} {
			p.open(path)
			p.look(name)
		}
		p.begin()
		for _, page := range []string{"", "/nation", "/document", "/name", "/birth", "/history", "/journey", "/contact", "/host", "/claims", "/portrait", "/passport", "/papers", "/group", "/check", "/save", "/forget"} {
			p.open("/apply" + page)
			p.look("apply" + strings.ReplaceAll(page, "/", "-"))
		}
	}
}

// begin starts a draft of which nothing is answered.
func (p *phone) begin() {
	p.t.Helper()
	p.open("/need")
	p.follow(func() {
		browsertest.Eval[bool](p.Page, `(() => { const f = document.querySelector('main form'); f.action = '/apply'; f.submit(); return true; })()`)
	})
}
