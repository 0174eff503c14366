package adjudication_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// check holds a task's screen to what every work screen must be. The pictures are there before one is taken of the page.
func check(p *browsertest.Page, name string) {
	p.Wait("document.querySelectorAll('#compare svg image').length <= performance.getEntriesByType('resource').filter(r => r.name.includes('/prints/') && r.responseEnd > 0).length")
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
}

// look holds a page that may be longer than the screen to the rest.
func look(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
}

const loadedImages = "[...document.querySelectorAll('#compare svg image')].length"

// The whole way by keyboard: two names, one person's prints; the verdict makes the files one person, and reopening makes them two again.
func TestFromTheQueueToTheVerdictByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			missing := []fingers.Slot{{Position: biometrics.LeftIndex, Missing: biometrics.Bandaged}}
			b := s.cross(t, "X200", "MARTIN", prints(t, personA, 1), nil)
			a := s.cross(t, "X100", "ERIKSSON", prints(t, personA, 2), missing)
			s.Person(t, auth.RoleSupervisor, "sara")
			p := s.sit(t, language)
			check(p, "adjudication-empty-"+language)
			s.candidate(t, a, b)
			p.WaitText("#adjudication", "ERIKSSON")
			require.Contains(t, p.Text("#adjudication"), "ERIKSSON, ANNA MARIA — MARTIN, ANNA MARIA")
			p.Screenshot("adjudication-queue-" + language)
			p.CheckAccessible()

			p.WaitFor("#adjudication [data-hotkey=F1]")
			p.Press("F1")
			p.WaitFor("#task .keybar [data-hotkey=F3]")
			require.Equal(t, 8, browsertest.Eval[int](p, loadedImages), "both prints of four fingers")
			require.Greater(t, browsertest.Eval[int](p, "document.querySelectorAll('#compare .across').length"), 20, "matched minutiae are joined")
			require.Contains(t, p.Text(".about"), "X200")
			require.NotContains(t, browsertest.Eval[string](p, "document.title"), "ERIKSSON")
			check(p, "adjudication-task-"+language)

			p.Press("Alt+1")
			p.WaitFor("#compare.large")
			require.Equal(t, 2, browsertest.Eval[int](p, loadedImages))
			check(p, "adjudication-finger-"+language)
			p.Press("Alt+p")
			p.Wait("getComputedStyle(document.querySelector('#compare .alike')).display === 'none'")
			p.Press("Alt+m")
			p.Wait("getComputedStyle(document.querySelector('#compare .alone')).display === 'none'")
			p.Press("Alt+i")
			p.Wait("getComputedStyle(document.querySelector('#compare image')).display === 'none'")
			p.Press("Alt+0")
			p.WaitFor("#compare:not(.large) .drawing:nth-child(4)")

			p.Press("F3")
			p.WaitFocus("#in-verdict")
			p.Press("ArrowDown")
			require.Equal(t, "same", p.Value("#in-verdict"))
			p.Press("Tab")
			p.Type("core, delta and thirty ridges")
			p.AllowConsole("422")
			p.Press("Control+Enter")
			p.WaitFor("#in-witness[aria-invalid]")
			require.Equal(t, "same", p.Value("#in-verdict"), "what was typed stays")
			require.Equal(t, 1, s.count(t, "finger_task where stage = 'claimed'"), "nobody joins files alone")
			s.agrees(t, p)
			check(p, "adjudication-verdict-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".step.adjudicated")
			require.Equal(t, 1, s.count(t, "traveller x join traveller y on x.group_id = y.group_id where x.id = $1 and y.id = $2", a.file, b.file))
			check(p, "adjudication-decided-"+language)

			p.Press("Alt+u")
			p.WaitFocus("#in-reason")
			p.Type("the wrong key")
			p.Press("Control+Enter")
			p.WaitFor(".step.reopened")
			require.Zero(t, s.count(t, "traveller x join traveller y on x.group_id = y.group_id where x.id = $1 and y.id = $2", a.file, b.file))
			require.Positive(t, s.count(t, "audit where object_kind = 'fingerprint' and purpose = 'adjudication' and decision = 'image'"))
		})
	}
}

// Two files become one person by the agreement of somebody who may say so, who proves who he is; a supervisor may himself, and whoever took
// the prints may not at all.
func TestFilesAreJoinedByAgreement(t *testing.T) {
	s := open(t)
	b, a := s.cross(t, "X200", "MARTIN", prints(t, personA, 1), nil), s.cross(t, "X100", "ERIKSSON", prints(t, personA, 2), nil)
	address := "/adjudication/" + s.candidate(t, a, b)
	amira, sam := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "amira")), s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	ines, sara := s.Person(t, auth.RoleSecondLine, "ines"), s.Person(t, auth.RoleSupervisor, "sara")
	require.Equal(t, http.StatusForbidden, s.Post(t, amira, address+"/claim", form()).Status, "she took the prints")
	require.NotContains(t, s.Get(t, amira, address).Body, `action="`+address+`/claim"`)
	require.Equal(t, http.StatusSeeOther, s.Post(t, sam, address+"/claim", form()).Status)
	for name, c := range map[string]struct {
		login, secret string
		status        int
	}{
		"nobody":              {"", "", http.StatusUnprocessableEntity},
		"himself":             {"sam", sara.Password, http.StatusUnprocessableEntity},
		"no supervisor":       {ines.Login, ines.Password, http.StatusForbidden},
		"another's secret":    {sara.Login, "granite lantern", http.StatusForbidden},
		"who took the prints": {"amira", sara.Password, http.StatusForbidden},
	} {
		answer := s.Post(t, sam, address+"/verdict", form("verdict", "same", "reason", "core and delta", "witness", c.login, "secret", c.secret))
		require.Equal(t, c.status, answer.Status, name)
		require.NotContains(t, answer.Body, "granite lantern", name)
		require.Zero(t, s.count(t, "finger_task where verdict <> ''"), name)
	}
	require.Equal(t, http.StatusSeeOther, s.Post(t, sam, address+"/verdict",
		form("verdict", "same", "reason", "core and delta", "witness", "sara", "secret", sara.Password)).Status)
	require.Equal(t, 1, s.count(t, "record where body -> 'adjudication' ->> 'agreed' = 'sara' and officer = 'sam'"))
	require.Contains(t, s.Get(t, sam, address).Body, "Agreed by sara")
	supervisor := s.SignedIn(t, sara)
	require.Equal(t, http.StatusSeeOther, s.Post(t, supervisor, address+"/reopen", form("reason", "another look")).Status)
	require.Equal(t, 1, s.count(t, "file_link where ground = 'undo'"))
	var word string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id FROM file_link WHERE ground = 'undo'`).Scan(&word))
	require.Equal(t, http.StatusSeeOther, s.Post(t, supervisor, address+"/verdict", form("verdict", "same", "reason", "yes", "words", word)).Status)
	require.Equal(t, 1, s.count(t, "record where body -> 'adjudication' ->> 'agreed' = 'sara' and officer = 'sara'"))
}

// Somebody who cannot tell leaves the task to another person, and an empty reason is said at its field.
func TestUndecidedIsForAnotherPerson(t *testing.T) {
	s := open(t)
	b, a := s.cross(t, "X200", "MARTIN", prints(t, personB, 1), nil), s.cross(t, "X100", "ERIKSSON", prints(t, personA, 2), nil)
	id := s.candidate(t, a, b)
	sam, ines := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam")), s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "ines"))
	address := "/adjudication/" + id
	require.Equal(t, http.StatusSeeOther, s.Post(t, sam, address+"/claim", form()).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, ines, address+"/claim", form()).Status)
	require.Equal(t, http.StatusForbidden, s.Post(t, ines, address+"/takeover", form("reason", "off duty")).Status, "a supervisor's")
	wrong := s.Post(t, sam, address+"/verdict", form("verdict", "undecided", "reason", " "))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Status)
	require.Contains(t, wrong.Body, `aria-invalid="true"`)
	require.Equal(t, http.StatusSeeOther, s.Post(t, sam, address+"/verdict", form("verdict", "undecided", "reason", "too smudged")).Status)
	require.Equal(t, http.StatusForbidden, s.Post(t, sam, address+"/claim", form()).Status, "he said that he cannot tell")
	require.Equal(t, http.StatusSeeOther, s.Post(t, ines, address+"/claim", form()).Status)
	supervisor := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	require.Equal(t, http.StatusSeeOther, s.Post(t, supervisor, address+"/takeover", form("reason", "off duty")).Status)
	require.Equal(t, http.StatusSeeOther, s.Post(t, supervisor, address+"/verdict", form("verdict", "different", "reason", "a loop and a whorl")).Status)
	require.Equal(t, 1, s.count(t, "finger_apart"))
}

// A candidate of another station: asked of the centre when the page stands; away is an ordinary answer, and blind nobody says who is who.
func TestACandidateOfAnotherStationIsAskedOfTheCentre(t *testing.T) {
	s := open(t)
	a := s.cross(t, "X100", "ERIKSSON", prints(t, personA, 2), nil)
	id := s.candidate(t, a, taken{link: uuid.New()}, func(c *fingers.Candidacy) { c.Place, c.CandidateStation = "central", "test-sea" })
	p := s.sit(t, "en")
	p.Goto(s.URL + "/adjudication/" + id)
	p.WaitFor("#compare[data-reach=not_within_reach]")
	require.Contains(t, p.Text(".found"), "found at the centre · 128 persons compared · prints at test-sea · ")
	check(p, "adjudication-out-of-reach-en")
	p.Press("F1")
	p.WaitFor("#task .keybar [data-hotkey=F3]")
	p.WaitFor("#compare[data-reach=not_within_reach]")
	p.Press("F3")
	p.WaitFocus("#in-verdict")
	p.Press("ArrowDown", "Tab")
	p.Type("by the photograph")
	p.AllowConsole("409")
	p.Press("Control+Enter")
	p.WaitFor("#band .wrong")
	require.Equal(t, 1, s.count(t, "finger_task where stage = 'claimed'"), "blind, nobody says that they are one")

	s.Person(t, auth.RoleSupervisor, "sara")
	s.centre.set(prints(t, personA, 3), nil)
	p.Press("Escape")
	p.WaitFor("[data-hotkey='Alt+y']")
	p.Press("Alt+y")
	p.WaitFor("#compare[data-reach=from_centre] .drawing")
	check(p, "adjudication-from-centre-en")
	require.Equal(t, 8, browsertest.Eval[int](p, loadedImages))
	asked := len(s.centre.asked)
	p.Press("F3")
	p.WaitFocus("#in-verdict")
	p.Press("ArrowDown", "Tab")
	p.Type("core, delta and thirty ridges")
	s.agrees(t, p)
	p.Press("Control+Enter")
	p.WaitFor(".step.adjudicated")
	require.Len(t, s.centre.asked, asked, "what was lent is not asked again for each step")
	require.Equal(t, 1, s.count(t, "finger_task where verdict = 'same'"))
}

// A picture is given for the task that shows it, to the session that looks, and each look is audited; nothing may keep it.
func TestPicturesAreThoseOfTheTask(t *testing.T) {
	s := open(t)
	b, a := s.cross(t, "X200", "MARTIN", prints(t, personA, 1), nil), s.cross(t, "X100", "ERIKSSON", prints(t, personA, 2), nil)
	id := s.candidate(t, a, b)
	sam := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	page := s.Get(t, sam, "/adjudication/"+id)
	at := strings.Index(page.Body, "/adjudication/"+id+"/prints/")
	require.Positive(t, at)
	address := page.Body[at : at+len("/adjudication/"+id+"/prints/")+36]
	picture := s.Get(t, sam, address)
	require.Equal(t, http.StatusOK, picture.Status)
	require.Equal(t, "image/png", picture.Header.Get("Content-Type"))
	require.Equal(t, "no-store", picture.Header.Get("Cache-Control"))
	require.Equal(t, 1, s.count(t, "audit where object_kind = 'fingerprint' and purpose = 'adjudication'"))
	ines := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "ines"))
	require.Equal(t, http.StatusNotFound, s.Get(t, ines, address).Status, "who has not opened the task sees nothing of it")
	require.Equal(t, http.StatusNotFound, s.Get(t, sam, "/adjudication/"+id+"/prints/"+uuid.NewString()).Status)
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	require.Equal(t, http.StatusForbidden, s.Get(t, officer, "/adjudication/"+id).Status)
	for _, path := range []string{"/adjudication/x", "/adjudication/" + uuid.NewString(), "/adjudication?filter=x", "/adjudication?after=x", "/adjudication/" + id + "/prints/x"} {
		require.Equal(t, http.StatusNotFound, s.Get(t, sam, path).Status, path)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.txt")
	require.Len(t, nav(), 2)
}

// A file is found by a finger on the reader; who looked for what is written, and no answer is never "nobody".
func TestAFileIsFoundByAFinger(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			a := s.cross(t, "X100", "ERIKSSON", prints(t, personA, 1), nil)
			p := s.sit(t, language)
			p.Goto(s.URL + "/adjudication/search")
			p.WaitFocus("#in-purpose")
			look(p, "adjudication-search-"+language)
			p.Press("ArrowDown")
			purpose := p.Value("#in-purpose")
			p.Press("F2")
			p.WaitFor("#found")
			require.NotContains(t, p.Text("#found"), "ERIKSSON", "the gallery is empty")
			look(p, "adjudication-search-none-"+language)

			s.enrol(t, a.link)
			p.Press("F2")
			p.WaitFor("#found table")
			require.Contains(t, p.Text("#found"), "ERIKSSON")
			require.Contains(t, p.Text("#found"), "X100")
			look(p, "adjudication-search-found-"+language)
			require.Contains(t, browsertest.Eval[string](p, "document.querySelector('#found a').getAttribute('href')"), "?purpose="+purpose)
			require.Equal(t, 2, s.count(t, "audit where object_kind = 'fingerprint_search' and purpose = $1", purpose))

			s.reader.Fail(capture.ErrUnreachable)
			p.Press("F2")
			p.WaitGone("#found table")
			p.WaitFor("#found .message")
			look(p, "adjudication-search-away-"+language)
			require.Equal(t, 3, s.count(t, "audit where object_kind = 'fingerprint_search'"), "who asked is told of, also where nothing could be searched")
			require.Equal(t, 1, s.count(t, "audit where object_kind = 'fingerprint_search' and decision <> ''"), "with the reason")
		})
	}
	s := open(t)
	sam := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, sam, "/adjudication/search", form("finger", "right_index")).Status, "no purpose")
	for _, fingers := range [][]string{{}, {"finger", "right_four"}, {"finger", "nose"}} {
		require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, sam, "/adjudication/search", form(append(fingers, "purpose", "investigation")...)).Status)
	}
}

// A mismatch that people find to be the person after all makes the disputed prints references of the file.
func TestAMismatchThatIsThePersonAfterAll(t *testing.T) {
	s := open(t)
	s.cross(t, "X100", "ERIKSSON", prints(t, personA, 1), nil)
	disputed := s.cross(t, "X100", "ERIKSSON", prints(t, personB, 2), nil, border.Finding{
		Check: fingers.CheckName, Outcome: border.Hit, At: s.Clock.Now(), Matcher: fingerprint.Algorithm,
		Evidence: []border.Evidence{{Code: fingers.CodeMismatch, Found: "3.1", Severity: border.SecondLine}},
	})
	require.Equal(t, 1, s.count(t, "finger_task where ground = 'mismatch'"), "the decision raised it")
	require.Equal(t, 4, s.count(t, "biometric.print where state = 'disputed'"))
	p := s.sit(t, "en")
	p.WaitText("#adjudication", "ERIKSSON")
	p.Press("F1")
	p.WaitFor("#task .keybar [data-hotkey=F3]")
	require.Equal(t, 8, browsertest.Eval[int](p, loadedImages))
	require.Equal(t, 2, browsertest.Eval[int](p, "document.querySelectorAll('.about .compare thead th').length"), "one file, one column")
	require.Contains(t, p.Text("#band"), "SIMULATED READER", "in the counter's words")
	check(p, "adjudication-mismatch-en")
	p.Press("F3")
	p.WaitFocus("#in-verdict")
	p.Press("ArrowDown", "Tab")
	p.Type("a burn; the doctor was here")
	check(p, "adjudication-mismatch-verdict-en")
	p.Press("Control+Enter")
	p.WaitFor(".step.adjudicated")
	require.Zero(t, s.count(t, "biometric.print where state = 'disputed'"))
	require.Equal(t, 8, s.count(t, "biometric.print where state = 'reference'"))
	require.NoError(t, s.desk.Reopen(t.Context(), audit.Actor{ID: "i", Name: "ines", Role: "second_line", Post: webtest.Post}, s.task(t, disputed), "the doctor was wrong"))
	require.Equal(t, 4, s.count(t, "biometric.print where state = 'disputed'"))
}
