package thread_test

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	pages "github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// abroad is a post of another State, which reads the documents of the country that does not exist.
func abroad() world.Post {
	post := utopian()
	post.Settings["BMIS_STATE"] = "FRA"
	return post
}

// consulate is the whole of it: a centre with its visa desk, a post, and the portal.
type consulate struct {
	*inspection
	portal *world.Portal
}

func newConsulate(t *testing.T) *consulate {
	t.Helper()
	w := world.Prepare(t, abroad())
	w.Central.Set("BMIS_STATE", "FRA")
	w.Start(t)
	c := &consulate{inspection: &inspection{T: t, World: w, put: map[string]specimen.Specimen{}}}
	c.country, c.station = w.Utopia(t), w.Station(0)
	c.reader = c.station.Reader(t, w, "1")
	c.trusts()
	c.visasNeeded()
	c.portal = w.Portal(t, "BMIS_STATE", "FRA")
	return c
}

// visasNeeded publishes that everybody from abroad needs a visa, and waits until the post knows it.
func (c *consulate) visasNeeded() {
	c.Helper()
	rules := visausedb.NewRules(visausedb.RulesConfig{DB: c.Central.DB, Now: c.Central.Clock.Now, NewID: uuid.New})
	book := []byte(`{"version": "thread-1", "rules": [{"id": "all", "kind": "visa_required", "basis": "s. 1", "nationalities": ["*"]}]}`)
	proposed, err := rules.Propose(c.Context(), installer("first"), "thread", book)
	require.NoError(c, err)
	_, err = rules.Approve(c.Context(), installer("second"), proposed.ID)
	require.NoError(c, err)
	world.Eventually(c, func() bool {
		return c.station.Count(c, `SELECT FROM visa_rules WHERE book ->> 'version' = 'thread-1'`) > 0
	}, "the post has no rules of entry")
	c.WaitRuled(c, c.station)
}

func installer(name string) audit.Actor {
	return audit.Actor{ID: name, Name: name, Role: string(auth.RoleVisaSupervisor), Post: world.Origin}
}

// passport is the n-th inhabitant's, as a good scanner gives it.
func (c *consulate) passport(n int) specimen.Specimen {
	c.Helper()
	kind, err := specimen.CaseNamed("genuine")
	require.NoError(c, err)
	made, err := kind.Build(c.country, specimen.Options{Person: n, At: c.Central.Clock.Now(), DPI: 200})
	require.NoError(c, err)
	c.Secret(made.Document.Bearer.Surname, made.Document.Number)
	return made
}

// scan puts a passport on the reader of lane 1.
func (c *consulate) scan(s specimen.Specimen) {
	c.Helper()
	s.Reading.ID = uuid.NewString()
	s.Reading.At = c.station.Clock.Now()
	c.reader.Put(c.T, s.Reading)
}

// applicant is somebody with a telephone.
type applicant struct {
	page
	c *consulate
}

const telephoneWidth, telephoneHeight = 360, 640

func (c *consulate) applicant(language string) applicant {
	c.Helper()
	p := browsertest.Open(c.T, language)
	p.Size(telephoneWidth, telephoneHeight)
	return applicant{page{p, c.T, c.portal.Part, "portal-" + language + "-"}, c}
}

func (a applicant) at() string {
	path, _, _ := strings.Cut(a.Path(), "?")
	return path
}

// next does what leads to another document, and waits for it.
func (a applicant) next(act func()) {
	a.t.Helper()
	browsertest.Eval[bool](a.Page, "window.before = true")
	act()
	a.Wait("window.before !== true && document.readyState === 'complete'")
	require.LessOrEqual(a.t, browsertest.Eval[int](a.Page, "document.documentElement.scrollWidth"), telephoneWidth, "%s scrolls sideways", a.Path())
	require.NotContains(a.t, a.Text("body"), "⟦", "a text is missing on %s", a.Path())
}

// sound holds the page to what every page is held to, on the telephone's screen.
func (a applicant) sound(name string) {
	a.t.Helper()
	a.Screenshot(a.prefix + name)
	a.CheckAccessible()
}

func (a applicant) press(selector string) {
	a.t.Helper()
	a.WaitFor(selector)
	a.next(func() {
		browsertest.Eval[bool](a.Page, fmt.Sprintf("document.querySelector(%q).click() || true", selector))
	})
}

// fill sets fields by name, then sends the page's form. A choice is named with its value: "sex=F".
func (a applicant) fill(fields ...string) {
	a.t.Helper()
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		done := browsertest.Eval[bool](a.Page, fmt.Sprintf(`(() => { const all = [...document.querySelectorAll('main [name="%s"]')];
			const one = all.find(e => (e.type === "radio" || e.type === "checkbox") && e.value === %q) ?? all.find(e => e.type !== "radio");
			if (!one) return false;
			if (one.tagName === "SELECT" && ![...one.options].some(o => o.value === %q)) one.append(new Option(%q, %q)); // a specimen's State is not offered
			if (one.type === "radio" || one.type === "checkbox") one.checked = true; else one.value = %q;
			return true; })()`, name, value, value, value, value, value))
		require.True(a.t, done, "no field %s on %s", name, a.Path())
	}
	a.press("main .portal-form button.main")
}

func (a applicant) uploads(data []byte) {
	a.t.Helper()
	file := filepath.Join(a.t.TempDir(), "picture.jpg")
	require.NoError(a.t, os.WriteFile(file, data, 0o600))
	a.Do(chromedp.SetUploadFiles(`input[type="file"]`, []string{file}))
}

// portrait is a drawn face; each seed is another person's.
func portrait(t *testing.T, seed uint64) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, pages.Face{Seed: seed, Sex: "F"}.Portrait(720), nil))
	return out.Bytes()
}

// dataPage is the picture of a passport's page in white light.
func dataPage(t *testing.T, s specimen.Specimen) []byte {
	t.Helper()
	for _, image := range s.Reading.Images {
		if image.Light == reader.White {
			return image.Data
		}
	}
	require.FailNow(t, "no page")
	return nil
}

// answers goes where the portal leads until everything that is asked about a person is answered.
func (a applicant) answers(s specimen.Specimen, seed uint64, now time.Time) {
	a.t.Helper()
	a.press(`.portal-tasks li:has(.todo) a`)
	for range 40 {
		asked := strings.TrimPrefix(a.at(), "/apply/")
		if asked == "check" {
			return
		}
		a.answersOne(asked, s, seed, now)
	}
	require.FailNow(a.t, "no end of questions", a.Path())
}

func (a applicant) answersOne(asked string, s specimen.Specimen, seed uint64, now time.Time) {
	a.t.Helper()
	date := func(name string, d traveldoc.Date) []string {
		return []string{fmt.Sprintf("%s_day=%d", name, d.Day()), fmt.Sprintf("%s_month=%d", name, d.Month()), fmt.Sprintf("%s_year=%d", name, d.Year())}
	}
	switch asked {
	case "passport":
		a.uploads(dataPage(a.t, s))
		a.press("main .portal-form button.main")
		require.Contains(a.t, a.Text("body"), s.Document.Number, "read from the picture")
		a.sound("passport")
		a.press(`.portal-ends a.button`)
	case "portrait":
		a.uploads(portrait(a.t, seed))
		a.press("main .portal-form button.main")
		a.press(`.portal-ends a.button`)
	case "papers":
		a.press(`form[action="/apply/papers/done"] button`)
	case "document":
		a.fill(date("issued", s.Document.Issued)...)
	case "birth":
		a.fill("birth_place=Zenith", "birth_country=UTO")
	case "relation":
		a.fill("relation=child")
	case "history":
		a.fill("refused=no")
	case "journey":
		arrival := traveldoc.DateOf(now)
		a.fill(append(append(date("arrival", arrival), date("departure", traveldoc.DateOf(now.AddDate(0, 0, 9)))...), "entries=1")...)
	case "contact":
		a.fill("email=family@example.org", "address=1 Main Street", "country=UTO")
	case "host":
		a.fill("has_host=no")
	case "claims":
		a.fill("humanitarian=no", "family_reunification=no")
	default:
		a.fill()
	}
}

// A family applies in Arabic on a telephone and pays; an officer asks for more and approves; the visa is at the post within seconds, its entry is used,
// its revocation stops the next admission, and the notice's seal is read from its picture.
func TestAVisaFromTheApplicationToTheCounter(t *testing.T) {
	t.Parallel()
	c := newConsulate(t)
	now := c.Central.Clock.Now()
	mother, child := c.passport(61), c.passport(62)
	a := c.applicant("ar")
	a.applies(now, mother, child)
	references := a.sent()
	require.Len(t, references, 2)
	require.Equal(t, 2, c.Central.Count(t, `SELECT FROM visa_application`))

	officer := window(t, c.Central.Part, person(t, c.Central.Part, auth.RoleVisaOfficer, "ar"), "ar")
	c.asksForMore(officer, references[0])
	a.replies(references[0], mother.Document.Bearer.BirthDate)
	c.approves(officer, references[0])

	begun := time.Now()
	world.Eventually(t, func() bool { return c.station.Count(t, `SELECT FROM visa`) == 1 }, "the visa is not at the post")
	t.Logf("from the decision seen to the post: %v", time.Since(begun))
	c.entersOnce(mother)
	c.readsTheNotice(a, officer, references[0], mother)
	c.revokes(references[0])
	c.isStopped(mother)
	c.neverTwice()
}

// applies begins an application, answers for two people, declares and pays.
func (a applicant) applies(now time.Time, mother, child specimen.Specimen) {
	a.t.Helper()
	a.begins()
	a.answers(mother, 7, now)
	a.Goto(a.c.portal.URL() + "/apply/group")
	a.press(`form[action="/apply/group/add"] button`)
	a.Goto(a.c.portal.URL() + "/apply/nation?person=2")
	a.fill("nationality=UTO", "document_code=P")
	a.fill("type=T")
	a.Goto(a.c.portal.URL() + "/apply")
	a.answers(child, 8, now)
	a.sound("check")
	a.declares()
	a.press(`form[action="/apply/pay"] button`)
	a.next(func() { browsertest.Eval[bool](a.Page, "document.querySelector('button[value=pay]').click() || true") })
	a.Wait("location.pathname === '/apply/sent'")
}

// begins goes through the chooser to a draft.
func (a applicant) begins() {
	a.t.Helper()
	a.Goto(a.c.portal.URL() + "/need")
	a.fill("nationality=UTO")
	a.fill("document_code=P")
	a.fill("purpose=tourism")
	a.press("main .portal-form button.main")
	a.sound("need")
	a.press(`.portal-card button`)
	require.Equal(a.t, "/apply", a.at())
}

// declares sends the application; the fee is owed then.
func (a applicant) declares() {
	a.t.Helper()
	a.press(`a[href="/apply/declare"]`)
	a.fill("agreed=yes", "noticed=yes")
	require.Equal(a.t, "/apply/pay", a.at())
	a.sound("pay")
}

// sent are the references that the portal gives, once the centre has taken the applications.
func (a applicant) sent() []string {
	a.t.Helper()
	a.sound("sent")
	references := browsertest.Eval[[]string](a.Page, `[...document.body.innerText.matchAll(/\b[2-9B-Y]{3}-[2-9B-Y]{3}-[2-9B-Y]{3}\b/g)].map(m => m[0]).filter((x, i, all) => all.indexOf(x) === i)`)
	world.Eventually(a.t, func() bool {
		return a.c.Central.Count(a.t, `SELECT FROM visa_application WHERE state = 'examined'`) == len(references)
	}, "the applications are not examined")
	return references
}

// leads presses a key that leads to another document, and waits for it.
func (p page) leads(key string) {
	p.t.Helper()
	browsertest.Eval[bool](p.Page, "window.before = true")
	p.Press(key)
	p.Wait("window.before !== true && document.readyState === 'complete'")
}

// opens goes to an application by its reference, as an officer who has it on paper does.
func (c *consulate) opens(officer page, reference string) {
	c.Helper()
	officer.Goto(c.Central.URL() + "/visas")
	officer.WaitFor("form[action='/visas/find'] [name=q]")
	browsertest.Eval[bool](officer.Page, fmt.Sprintf(`(document.querySelector("form[action='/visas/find'] [name=q]").value = %q) !== ""`, reference))
	browsertest.Eval[bool](officer.Page, `document.querySelector("form[action='/visas/find']").requestSubmit() || true`)
	officer.WaitFor("#visa-case .keybar, tbody a[href^='/visas/']")
	if browsertest.Eval[bool](officer.Page, `!document.querySelector("#visa-case")`) {
		officer.sound("found")
		officer.Goto(c.Central.URL() + browsertest.Eval[string](officer.Page, `document.querySelector("tbody a[href^='/visas/']").getAttribute("href")`))
	}
	officer.WaitFor("#visa-case .keybar")
}

// asksForMore claims the application and asks for a paper.
func (c *consulate) asksForMore(officer page, reference string) {
	c.Helper()
	c.opens(officer, reference)
	officer.screen("case")
	officer.leads("F1")
	officer.WaitFor("#visa-case .keybar [data-hotkey=F4]")
	officer.leads("F4")
	officer.WaitFor("section.asking [name=kinds][value=accommodation]")
	browsertest.Eval[bool](officer.Page, `(() => { document.querySelector("[name=kinds][value=accommodation]").checked = true;
		document.querySelector("section.asking [name=text]").value = "Please send where you stay."; return true; })()`)
	officer.WaitFocus("section.asking")
	officer.sound("ask")
	officer.leads("Control+Enter")
	world.Eventually(c, func() bool { return c.Central.Count(c, `SELECT FROM visa_application WHERE state = 'asked'`) == 1 }, "nothing was asked")
}

// replies finds the application by reference and birth date, and sends the paper.
func (a applicant) replies(reference string, born traveldoc.Date) {
	a.t.Helper()
	a.finds(reference, born)
	a.WaitText("body", "Please send where you stay.")
	a.sound("asked")
	a.press(`a[href="/status/reply"]`)
	browsertest.Eval[bool](a.Page, `(document.querySelector("[name=text]").value = "فندق") !== ""`)
	a.uploads(portrait(a.t, 21))
	a.press("main .portal-form button.main")
	world.Eventually(a.t, func() bool {
		return a.c.Central.Count(a.t, `SELECT FROM visa_application WHERE state = 'examined'`) == 2
	}, "the reply has not come")
}

func (a applicant) finds(reference string, born traveldoc.Date) {
	a.t.Helper()
	a.Goto(a.c.portal.URL() + "/status")
	if a.at() == "/status/application" {
		return
	}
	a.fill("reference="+reference, fmt.Sprintf("birth_date_day=%d", born.Day()), fmt.Sprintf("birth_date_month=%d", born.Month()), fmt.Sprintf("birth_date_year=%d", born.Year()))
	require.Equal(a.t, "/status/application", a.at())
}

// approves decides with the terms as they are proposed.
func (c *consulate) approves(officer page, reference string) {
	c.Helper()
	c.opens(officer, reference)
	officer.WaitFor("#visa-case .keybar [data-hotkey=F2]")
	officer.leads("F2")
	officer.WaitFor("section.asking [name=from]")
	officer.sound("approve")
	officer.leads("Control+Enter")
	world.Eventually(c, func() bool { return c.Central.Count(c, `SELECT FROM visa_application WHERE state = 'approved'`) == 1 }, "not approved: %s", officer.Text("body"))
}

// entersOnce lets the bearer in: the visa is green, and the one entry is used.
func (c *consulate) entersOnce(s specimen.Specimen) {
	c.Helper()
	counter := atLane(c.T, c.station, person(c.T, c.station.Part, auth.RoleOfficer, "ar"), "ar")
	listening(counter)
	c.scan(s)
	counter.answered()
	counter.WaitFor("#check-visa .status.no-hit")
	counter.screen("visa-valid")
	counter.Press("F2")
	counter.choosesFirst("F2") // the training country's chip hangs on no anchor that this State trusts
	counter.WaitGone("#traveller-name")
	world.Eventually(c, func() bool { return c.Central.Count(c, `SELECT FROM visa_use`) == 1 }, "the centre knows of no entry")
	c.scan(s)
	counter.answered()
	counter.WaitFor("#check-visa .status.hit")
	counter.screen("visa-used")
}

// readsTheNotice: the applicant can fetch the grant notice as PDF; on the officer's screen its seal is read from the picture, and holds what was
// granted on which passport.
func (c *consulate) readsTheNotice(a applicant, officer page, reference string, s specimen.Specimen) {
	c.Helper()
	world.Eventually(c, func() bool {
		a.finds(reference, s.Document.Bearer.BirthDate)
		return browsertest.Eval[bool](a.Page, `!!document.querySelector('[href="/status/notice"], form[action="/status/notice"]')`)
	}, "no notice can be fetched: %s", c.noticeWork())
	a.sound("approved")
	_, file := a.Download(func() {
		browsertest.Eval[bool](a.Page, `document.querySelector('[href="/status/notice"], form[action="/status/notice"] button').click() || true`)
	})
	require.True(c, bytes.HasPrefix(file, []byte("%PDF")))

	c.opens(officer, reference)
	officer.WaitFor("#visa-case .keybar [data-hotkey='Alt+p']")
	officer.leads("Alt+p")
	officer.WaitFor("a[href^='/visa-notices/']")
	officer.Goto(c.Central.URL() + browsertest.Eval[string](officer.Page, `document.querySelector("a[href^='/visa-notices/']").getAttribute("href")`))
	officer.Size(1000, 1600)
	codes, err := barcode.Read(browsertest.Run(officer.Page, chromedp.CaptureScreenshot()))
	require.NoError(c, err)
	found, err := seal.ParseAny(codes[0].Data)
	require.NoError(c, err)
	fields := map[string]string{}
	for _, f := range found.Fields() {
		fields[f.Name] = f.Value
	}
	require.Equal(c, s.Document.Number, fields[seal.FieldPassportNumber])
	certificates := c.sealSigners()
	judged := found.Judge(certificates)
	require.Equal(c, traveldoc.Pass, judged.Verdict, judged.Reason)
}

// sealSigners are the certificates that the centre publishes to verify its notices by.
func (c *consulate) sealSigners() (list []*pki.Certificate) {
	c.Helper()
	rows, err := c.Central.DB.Pool.Query(c.Context(), `SELECT certificate FROM visa_signer`)
	require.NoError(c, err)
	for rows.Next() {
		var der []byte
		require.NoError(c, rows.Scan(&der))
		certificate, err := pki.ParseCertificate(der)
		require.NoError(c, err)
		list = append(list, certificate)
	}
	require.NoError(c, rows.Err())
	return list
}

// revokes takes the visa out of force, as a supervisor of the desk, and waits until the post knows.
func (c *consulate) revokes(reference string) {
	c.Helper()
	supervisor := window(c.T, c.Central.Part, person(c.T, c.Central.Part, auth.RoleVisaSupervisor, "en"), "en")
	c.opens(supervisor, reference)
	supervisor.WaitFor("#visa-case .keybar [data-hotkey='Alt+p']")
	supervisor.leads("Alt+p")
	supervisor.WaitFor("a.button.refuse")
	browsertest.Eval[bool](supervisor.Page, `document.querySelector("a.button.refuse").click() || true`)
	supervisor.WaitFor("[name=reason]")
	supervisor.chooses("[name=reason]", evisa.Reasons()[0])
	supervisor.TabTo("[name=sure]")
	supervisor.Press("Space")
	supervisor.sound("revoke")
	begun := time.Now()
	supervisor.Press("Control+Enter")
	world.Eventually(c, func() bool { return c.station.Count(c, `SELECT FROM visa WHERE data ->> 'standing' = 'revoked'`) == 1 }, "the post does not know")
	c.Logf("from the key to the post: %v", time.Since(begun))
}

// isStopped: with a revoked visa the counter's admission is closed.
func (c *consulate) isStopped(s specimen.Specimen) {
	c.Helper()
	counter := atLane(c.T, c.station, person(c.T, c.station.Part, auth.RoleOfficer, "en"), "en")
	listening(counter)
	c.scan(s)
	counter.answered()
	counter.WaitFor("#check-visa .status.hit")
	counter.WaitFor("#admit-closed")
	counter.screen("visa-revoked")
}

// neverTwice: one order, paid once; the crossing is one; nothing is parked.
func (c *consulate) neverTwice() {
	c.Helper()
	require.Equal(c, 1, c.Central.Count(c, `SELECT FROM portal.payment`))
	require.Zero(c, c.Central.Count(c, `SELECT FROM visa_application_parcel WHERE sealed IS NOT NULL`))
	require.Equal(c, 1, c.Central.Count(c, `SELECT FROM visa_use`))
}

func (c *consulate) noticeWork() string {
	var text string
	_ = c.Central.DB.Pool.QueryRow(c.Context(), `SELECT coalesce(json_agg(w)::text, 'none') FROM visa_notice_work w`).Scan(&text)
	return text
}

// The centre is away while somebody applies; the portal dies while he pays, and hears nothing of the call-back. When they are back the application
// is there once, its fee was taken once, and he is told so.
func TestNobodyLosesAnApplicationOrPaysTwice(t *testing.T) {
	t.Parallel()
	c := newConsulate(t)
	now := c.Central.Clock.Now()
	who := c.passport(64)
	c.Central.Stop()
	a := c.applicant("en")
	a.AllowConsole("ERR_CONNECTION_REFUSED")
	a.begins()
	a.answers(who, 31, now)
	a.declares()
	a.press(`form[action="/apply/pay"] button`)
	c.portal.Stop()
	browsertest.Eval[bool](a.Page, "document.querySelector('button[value=pay]').click() || true")
	a.Wait("!document.querySelector('button[value=pay]')") // the money is taken, and the way back leads nowhere
	require.Zero(t, c.Central.Count(t, `SELECT FROM portal.payment`))

	c.portal.Start()
	world.Eventually(t, func() bool { return c.Central.Count(t, `SELECT FROM portal.payment`) == 1 }, "the portal does not hear of the payment")
	a.Goto(c.portal.URL() + "/apply")
	a.Wait("location.pathname === '/apply/sent'")
	a.sound("sent-after-all")
	require.Zero(t, c.Central.Count(t, `SELECT FROM visa_application`), "the centre is away")
	c.Central.Start()
	references := a.sent()
	require.Len(t, references, 1)
	require.Equal(t, 1, c.Central.Count(t, `SELECT FROM visa_application`))
	require.Equal(t, 1, c.Central.Count(t, `SELECT FROM portal.payment WHERE counts`))
	require.Zero(t, c.Central.Count(t, `SELECT FROM visa_application_parcel WHERE sealed IS NOT NULL`))
}
