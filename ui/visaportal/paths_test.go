package visaportal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/visaportal"
)

// book are rules of entry of each kind.
func book() evisa.RuleBook {
	until, _ := traveldoc.ParseDate("2026-12-31")
	return evisa.RuleBook{Version: "1", Legal: "Entry Act", Rules: []evisa.EntryRule{
		{ID: "fra-2026", Kind: evisa.VisaFree, Basis: "s. 3(1)", Nationalities: []string{"FRA"}, Documents: []string{"P*"}, Until: until, Days: 30},
		{ID: "arrival", Kind: evisa.VisaOnArrival, Basis: "s. 4", Nationalities: []string{"PER"}, Ports: []string{"XAA-APT"}, Days: 15, Fee: &evisa.Money{Minor: 2000, Currency: "EUR"}},
		{ID: "syr", Kind: evisa.VisaRequired, Basis: "s. 5", Nationalities: []string{"SYR"}},
	}}
}

func chosen(nationality, purpose, day string) url.Values {
	form := url.Values{"nationality": {nationality}, "document_code": {"P"}, "purpose": {purpose}, "step_nationality": {"yes"}, "step_document_code": {"yes"},
		"step_purpose": {"yes"}, "step_arrival": {"yes"}}
	if parts := strings.Split(day, "-"); len(parts) == 3 {
		form["arrival_year"], form["arrival_month"], form["arrival_day"] = parts[0:1], parts[1:2], parts[2:3]
	}
	return form
}

// The chooser says whether a visa is needed, by which rule, on which day; without rules it says that it does not know.
func TestChooserSaysWhichRuleApplies(t *testing.T) {
	w := open(t)
	v := w.visitor(t, "en")
	require.Contains(t, v.post("/need", chosen("FRA", "tourism", "")).body, "We cannot say here whether you need a visa")
	w.rules(t, book())
	for _, c := range []struct {
		form  url.Values
		wants []string
	}{
		{chosen("FRA", "tourism", "2026-12-31"), []string{"You do not need a visa", "fra-2026", "s. 3(1), Entry Act", "up to 30 days", "You may apply for one all the same"}},
		{chosen("FRA", "tourism", "2027-01-01"), []string{"You need a visa", "No rule frees you", "01 JAN 2027", "What you can apply for", "35.00 EUR"}},
		{chosen("PER", "tourism", ""), []string{"You can get a visa when you arrive", "20.00 EUR", "XAA-APT", "21 NOV 2026"}},
		{chosen("SYR", "humanitarian", ""), []string{"You need a visa", "s. 5", "Humanitarian"}},
	} {
		shown := v.post("/need", c.form)
		require.Equal(t, http.StatusOK, shown.status)
		for _, want := range c.wants {
			require.Contains(t, shown.body, want)
		}
	}
	named := book()
	named.Posts = map[string]string{"XAA-APT": "Lanet airport"}
	require.NoError(t, w.centre.TellRules(t.Context(), named))
	onArrival := v.post("/need", chosen("PER", "tourism", "")).body
	require.Contains(t, onArrival, "Lanet airport")
	require.NotContains(t, onArrival, "XAA-APT", "a post by the name that the centre told")
	back := chosen("FRA", "tourism", "2026-12-31")
	back.Set("back_to", "nationality")
	first := v.post("/need", back)
	require.Regexp(t, `<option value="FRA"[^>]*selected`, first.body, "going back forgets nothing")
	for _, kept := range []string{`name="purpose" value="tourism"`, `name="arrival_day" value="31"`} {
		require.Contains(t, first.body, kept)
	}
	require.NotContains(t, first.body, `name="step_purpose"`, "and asks again")
	wrong := v.post("/need", chosen("FRA", "tourism", "2027-02-30"))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.body, `href="#f-arrival_day"`)
	require.Equal(t, http.StatusUnprocessableEntity, v.post("/need", chosen("XYZ", "tourism", "")).status)
}

// A carrier is told valid or not, and nothing more; wrong, unknown and other people's numbers are one answer.
func TestVerification(t *testing.T) {
	w := open(t)
	from, _ := traveldoc.ParseDate("2026-11-01")
	until, _ := traveldoc.ParseDate("2026-12-31")
	visa := portaldb.Verifiable{Visa: "E7KXR4MTQ", Document: "L898902C3", From: from, Until: until}
	require.NoError(t, w.db.InTx(t.Context(), func(tx pgx.Tx) error { return w.centre.PutVerify(t.Context(), tx, visa) }))
	v := w.visitor(t, "en")
	ask := func(number, document string) answer {
		return v.post("/verify", url.Values{"number": {number}, "document": {document}})
	}
	valid := ask(evisa.Number("E7KXR4MTQ").String(), "l898902 c3")
	require.Equal(t, http.StatusOK, valid.status)
	require.Contains(t, valid.body, " Valid</h2>", valid.body)
	other := ask("E7KXR4MTQ", "X1234567")
	unknown := ask("E2222222B", "L898902C3")
	for _, a := range []answer{other, unknown} {
		require.Contains(t, a.body, " Not valid</h2>")
	}
	plain := regexp.MustCompile(`<bdi.*?</bdi>`)
	require.Equal(t, plain.ReplaceAllString(other.body, ""), plain.ReplaceAllString(unknown.body, ""), "the two answers differ in what was typed alone")
	require.Equal(t, http.StatusUnprocessableEntity, ask("", "").status)
	require.NoError(t, w.db.InTx(t.Context(), func(tx pgx.Tx) error { return w.centre.DropVerify(t.Context(), tx, visa) }))
	require.Contains(t, ask("E7KXR4MTQ", "L898902C3").body, " Not valid</h2>")
}

// When the database is away nobody is told that a visa is not valid.
func TestVerificationWithoutAnAnswerIsNotChecked(t *testing.T) {
	w := open(t)
	w.portalDB.Close()
	a := w.visitor(t, "en").post("/verify", url.Values{"number": {"E7KXR4MTQ"}, "document": {"L898902C3"}})
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.Contains(t, a.body, "Not checked")
	require.NotContains(t, a.body, "Not valid")
}

// waiting sends an application with a fee.
func (w *world) waiting(t testing.TB) *visitor {
	t.Helper()
	v := w.begun(t, "en")
	v.fillIn(1, true)
	declare := v.get("/apply/declare")
	require.Equal(t, http.StatusOK, declare.status)
	sent := v.post("/apply/declare", url.Values{
		"declaration": {hiddenValue(t, declare.body, "declaration")}, "notice": {hiddenValue(t, declare.body, "notice")}, "shown": {"en"},
		"agreed": {"yes"}, "noticed": {"yes"},
	})
	require.Equal(t, "/apply/pay", sent.to(), sent.body)
	return v
}

// Paid, not yet known, failed, and the provider away: each in words, and never charged twice.
func TestReturnFromPaying(t *testing.T) {
	w := open(t)
	v := w.waiting(t)
	require.Contains(t, v.get("/apply/pay").header.Get("Content-Security-Policy"), "form-action 'self' "+w.pay)
	require.NotContains(t, v.get("/apply/sent").header.Get("Content-Security-Policy"), "unsafe")
	require.NotContains(t, v.get("/").header.Get("Content-Security-Policy"), w.pay)
	require.NoError(t, w.provider.Set(simulator.Knobs{Mute: true}))
	away := v.post("/apply/pay", nil)
	require.Equal(t, http.StatusServiceUnavailable, away.status)
	require.Contains(t, away.body, "does not answer at the moment")
	require.NoError(t, w.provider.Set(simulator.Knobs{}))
	out := v.post("/apply/pay", nil)
	require.True(t, strings.HasPrefix(out.to(), w.pay+"/pay/"), out.to())
	ref := w.provider.Orders()[0]
	group := w.group(t)
	follower := w.visitor(t, "en")
	follower.find(w.reference(t))
	shown := follower.get("/status/application")
	require.Contains(t, shown.body, "We wait for the fee")
	require.Contains(t, shown.header.Get("Content-Security-Policy"), "form-action 'self' "+w.pay)
	require.Equal(t, out.to(), follower.post("/status/pay", nil).to(), "the same order, from wherever it is paid")
	here := "/paid/" + group.String()
	unknown := v.get(here)
	require.Contains(t, unknown.body, "We do not know yet whether you have paid")
	require.Contains(t, unknown.body, "you will not be charged twice")
	_, refused := w.provider.Refuse(ref)
	require.True(t, refused)
	require.Contains(t, v.get(here).body, "The fee has not been paid")
	require.Contains(t, v.get(here).body, `href="/apply/pay"`)
	require.NotContains(t, w.visitor(t, "en").get(here).body, "/apply/pay", "whoever has the address alone learns nothing and can do nothing")
	v.post("/apply/pay", nil)
	orders := w.provider.Orders()
	require.Len(t, orders, 2)
	for _, one := range orders {
		if one != ref {
			ref = one
		}
	}
	_, paid := w.provider.Pay(ref)
	require.True(t, paid)
	require.Equal(t, "/apply/sent", v.get(here).to())
	require.Contains(t, v.get("/apply/sent").body, "The fee of 35.00 EUR has been paid.")
	require.Equal(t, "/apply/sent", v.post("/apply/pay", nil).to(), "what is paid is not paid again")
	require.Equal(t, "/apply/sent", v.get("/apply/pay").to())
	require.Contains(t, w.visitor(t, "en").get(here).body, "The fee has been paid")
	require.Equal(t, http.StatusNotFound, v.get("/paid/"+uuid.NewString()).status)
	require.Equal(t, http.StatusNotFound, v.get("/paid/x").status)
}

func (w *world) group(t testing.TB) (group uuid.UUID) {
	t.Helper()
	require.NoError(t, w.db.Pool.QueryRow(t.Context(), `SELECT group_id FROM portal.standing LIMIT 1`).Scan(&group))
	return group
}

func (w *world) reference(t testing.TB) (r evisa.Reference) {
	t.Helper()
	require.NoError(t, w.db.Pool.QueryRow(t.Context(), `SELECT reference FROM portal.standing LIMIT 1`).Scan(&r))
	return r
}

// A call-back that is not the provider's is refused, and changes nothing.
func TestForgedCallBack(t *testing.T) {
	w := open(t)
	a := w.visitor(t, "en").send(http.MethodPost, visaportal.NotifyPath, "application/json", strings.NewReader(`{"state":"paid"}`))
	require.Equal(t, http.StatusForbidden, a.status)
}

// Save, close, open the e-mailed link: a link works once, and programs that open it change nothing.
func TestSaveAndComeBack(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	v.answer("name")
	require.Contains(t, v.get("/apply/save").body, `name="email"`)
	require.Equal(t, http.StatusUnprocessableEntity, v.post("/apply/save", url.Values{"email": {"no address"}}).status)
	saved := v.post("/apply/save", url.Values{"email": {"anna@example.org"}})
	require.Equal(t, http.StatusOK, saved.status)
	require.Contains(t, saved.body, "look into your e-mail")
	v.answer("contact")
	require.NotContains(t, v.get("/apply/save").body, `name="email"`, "a known address is not asked for again")
	link := w.link(t, "anna@example.org")
	require.Equal(t, "/", v.post("/apply/close", nil).to())
	require.Equal(t, http.StatusNotFound, v.get("/apply").status)
	other := w.visitor(t, "ar")
	for range 3 { // a mail scanner
		require.Equal(t, http.StatusOK, other.get(apply.ResumePath+link).status)
	}
	require.Equal(t, "/apply", other.post("/resume/open", url.Values{"link": {link}}).to())
	require.Contains(t, other.get("/apply").body, "Eriksson")
	again := w.visitor(t, "en").post("/resume/open", url.Values{"link": {link}})
	require.Equal(t, http.StatusNotFound, again.status)
	require.Contains(t, again.body, "This link no longer works")
	require.Equal(t, http.StatusNotFound, v.get(apply.ResumePath+"x<y").status)
	known := v.post("/resume", url.Values{"email": {"anna@example.org"}})
	nobody := v.post("/resume", url.Values{"email": {"nobody@example.org"}})
	require.Equal(t, known.status, nobody.status)
	nonce := regexp.MustCompile(`nonce="[^"]*"`)
	require.Equal(t, nonce.ReplaceAllString(known.body, ""), nonce.ReplaceAllString(nobody.body, ""), "who has applied is not told")
	require.NotContains(t, w.logs.String(), link, "a link is a secret")
}

// link is the token that was e-mailed: the letter is sealed in the outbox, so the test draws one as the service does.
func (w *world) link(t testing.TB, to string) string {
	t.Helper()
	for _, letter := range w.letters(t) {
		if letter.To == to && letter.Kind == apply.LetterResume {
			_, token, found := strings.Cut(letter.Link, apply.ResumePath)
			require.True(t, found)
			return token
		}
	}
	require.Fail(t, "no letter")
	return ""
}

// The language switch keeps the place and the answers, and the draft's letters follow it.
func TestLanguageKeepsThePlace(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	v.answer("name")
	shown := v.get("/apply/name?person=1")
	back := hiddenValue(t, shown.body, "next")
	require.Equal(t, "/apply/name?person=1", strings.ReplaceAll(back, "&amp;", "&"))
	for _, language := range text.Languages() {
		require.Equal(t, back, v.post("/language", url.Values{"language": {string(language)}, "next": {back}}).to())
		page := v.get(back)
		require.Contains(t, page.body, `lang="`+string(language)+`" dir="`+language.Dir()+`"`)
		require.Contains(t, page.body, "Anna Maria")
	}
	require.Equal(t, "/", v.post("/language", url.Values{"language": {"fr"}, "next": {"https://elsewhere.example/"}}).to())
	require.Equal(t, "/", v.post("/language", url.Values{"language": {"fr"}, "next": {"//elsewhere.example/"}}).to())
}

// The way out of the page on protection leaves nothing of the application in the browser.
func TestLeaveQuickly(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	require.Contains(t, v.get("/apply/claims").body, `action="/leave"`)
	require.NotContains(t, v.get("/apply/name").body, `action="/leave"`)
	require.Equal(t, "/left", v.post("/leave", nil).to())
	left := v.get("/left").body
	require.NotContains(t, left, "claims")
	require.Equal(t, http.StatusNotFound, v.get("/apply").status)
	require.NotContains(t, v.get("/").body, "open in this browser")
}

// Another site cannot post into a form, and the cookie of a draft is what it has to be.
func TestOriginAndCookies(t *testing.T) {
	w := open(t)
	v := w.visitor(t, "en")
	begun := v.post("/apply", url.Values{"purpose": {"tourism"}})
	cookie := begun.header.Get("Set-Cookie")
	require.True(t, strings.HasPrefix(cookie, "__Host-draft="), cookie)
	for _, want := range []string{"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} {
		require.Contains(t, cookie, want)
	}
	for _, path := range w.forms() {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+path, strings.NewReader(""))
		require.NoError(t, err)
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		request.Header.Set("Origin", "https://elsewhere.example")
		response, err := v.http.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusForbidden, response.StatusCode, path)
	}
}

// Nobody sees or takes away another's files and people.
func TestOthersFilesAreNotToBeHad(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	v.upload("/apply/portrait", map[string]string{"member": v.memberID()}, portrait(t, 1))
	file := regexp.MustCompile(`/apply/file/[0-9a-f-]{36}`).FindString(v.get("/apply/portrait").body)
	require.Equal(t, "image/jpeg", v.get(file).header.Get("Content-Type"))
	other := w.begun(t, "en")
	require.Equal(t, http.StatusNotFound, other.get(file).status)
	require.Equal(t, http.StatusNotFound, w.visitor(t, "en").get(file).status)
	require.Equal(t, http.StatusNotFound, other.upload("/apply/portrait", map[string]string{"member": v.memberID()}, portrait(t, 2)).status)
	require.Equal(t, http.StatusNotFound, other.post("/apply/name", url.Values{"member": {v.memberID()}, "surname": {"X"}}).status)
	require.Equal(t, http.StatusNotFound, other.post("/apply/group/remove", url.Values{"member": {v.memberID()}, "sure": {"yes"}}).status)
}

// Every list of States has each of them once, in words of the language, and the chooser takes days in the digits of the telephone.
func TestTheListsOfStates(t *testing.T) {
	w := open(t)
	w.rules(t, book())
	option := regexp.MustCompile(`<option value="([A-Z]+)"[^>]*>\s*([^<]+?)\s*</option>`)
	for _, language := range []string{"en", "fr", "es", "ar"} {
		seen := map[string]string{}
		for _, found := range option.FindAllStringSubmatch(w.visitor(t, language).get("/need").body, -1) {
			require.Empty(t, seen[found[2]], "%s stands for two codes in %s", found[2], language)
			seen[found[2]] = found[1]
			if language == "ar" {
				require.Regexp(t, `\p{Arabic}`, found[2], found[1])
			}
		}
		require.Greater(t, len(seen), 200)
	}
	v := w.begun(t, "en")
	require.NotContains(t, v.get("/apply/birth").body, "Stateless")
	require.NotContains(t, v.get("/apply/contact").body, "Council of Europe")
	require.Contains(t, w.visitor(t, "ar").post("/need", chosen("FRA", "tourism", "٢٠٢٧-٠١-٠١")).body, "2027")
}

// A paper whose kind was forgotten was not kept, and the page says so.
func TestAPaperWithoutAKind(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	forgot := v.upload("/apply/papers", map[string]string{"member": v.memberID()}, portrait(t, 3))
	require.Equal(t, http.StatusUnprocessableEntity, forgot.status)
	require.Contains(t, forgot.body, `href="#f-kind"`)
	require.Contains(t, forgot.body, `href="#f-file"`)
	require.Contains(t, forgot.body, "This file was not kept. Choose it again.")
}
