package exhibits_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestWhoMayDoWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}

// An officer of the second line looks at a passport's evidence by keyboard: the purpose is asked, the images come, every look is recorded.
func TestEvidenceIsLookedAtByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			e := s.decide(t, "L898902C3")
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleSecondLine, "samira", language))
			p.WaitFor("#waiting")
			p.Screenshot("exhibits-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			p.Goto(s.URL + "/exhibits/" + e.CrossingID.String())
			p.WaitFor("#field-purpose")
			p.Screenshot("exhibits-purpose-" + language)
			p.CheckAccessible()
			p.TabTo("#field-purpose")
			p.Press("ArrowDown")
			p.TabTo("form button.main")
			p.Press("Enter")
			p.WaitFor(".pictures img")
			p.Wait("[...document.querySelectorAll('.pictures img')].every(i => i.complete && i.naturalWidth > 0)")
			require.Equal(t, 3, browsertest.Eval[int](p, "document.querySelectorAll('.pictures img').length"))
			require.Equal(t, 7, browsertest.Eval[int](p, "document.querySelectorAll('tr[id^=exhibit-]').length"))
			require.GreaterOrEqual(t, s.count(t, `audit WHERE object_kind = 'exhibit' AND verb = 'consultation' AND purpose = 'border_control'`), 3)

			p.TabTo("#verify")
			p.Press("Enter")
			p.WaitFor("#verified ~ .table-wrap strong")
			p.Wait("[...document.querySelectorAll('.pictures img')].every(i => i.complete && i.naturalWidth > 0)")
			p.Screenshot("exhibits-evidence-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.Equal(t, 1, s.count(t, `exhibit_verification WHERE crossing_id = $1 AND trust_version = '7'`, e.CrossingID))

			s.destroy(t, e)
			p.Goto(s.URL + "/exhibits/" + e.CrossingID.String() + "?purpose=border_control")
			p.WaitFor("tr.gone")
			require.Equal(t, 0, browsertest.Eval[int](p, "document.querySelectorAll('.pictures img').length"))
			p.Screenshot("exhibits-destroyed-" + language)
			p.CheckAccessible()
		})
	}
}

func TestBytesAreGivenForAPurposeAndNeverKeptByTheBrowser(t *testing.T) {
	s := open(t)
	e := s.decide(t, "L898902C3")
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "samira"))
	at := "/exhibits/" + e.CrossingID.String() + "/" + exhibitNamed(e, "portrait/0").ID.String()

	looks := func() int { return s.count(t, "audit WHERE object_kind = 'exhibit'") }
	require.Contains(t, s.Get(t, client, at).Body, "field-purpose", "the purpose is asked for")
	require.Contains(t, s.Get(t, client, at+"?purpose=curiosity").Body, "field-purpose-fault")
	require.Zero(t, looks(), "nothing was looked at")

	shown := s.Get(t, client, at+"?purpose=investigation")
	require.Equal(t, http.StatusOK, shown.Status)
	require.Equal(t, "image/png", shown.Header.Get("Content-Type"), "by its own bytes, not by what the device says")
	require.Equal(t, "no-store", shown.Header.Get("Cache-Control"))
	require.Equal(t, 1, looks())

	code := s.Get(t, client, "/exhibits/"+e.CrossingID.String()+"/"+exhibitNamed(e, "qr/0").ID.String()+"?purpose=investigation")
	require.Equal(t, "application/octet-stream", code.Header.Get("Content-Type"))
	require.Contains(t, code.Header.Get("Content-Disposition"), "attachment")

	other := s.decide(t, "D23145890")
	astray := "/exhibits/" + other.CrossingID.String() + "/" + exhibitNamed(e, "portrait/0").ID.String() + "?purpose=investigation"
	require.Equal(t, http.StatusNotFound, s.Get(t, client, astray).Status, "an exhibit of another decision")
	s.destroy(t, e)
	gone := s.Get(t, client, at+"?purpose=investigation")
	require.Equal(t, http.StatusNotFound, gone.Status)
	require.Contains(t, gone.Body, "destroyed")
	require.Equal(t, http.StatusOK, s.Get(t, client, "/exhibits/"+e.CrossingID.String()+"?purpose=investigation").Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/exhibits/"+uuid.NewString()+"?purpose=investigation").Status)
}

func TestWhatIsParkedIsShownAndOfferedAgain(t *testing.T) {
	s := open(t)
	e := s.decide(t, "L898902C3")
	require.NoError(t, s.evidence.Park(t.Context(), e.Exhibits[0].Digest, "digest"))
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "samira"))
	page := s.Get(t, client, "/exhibits")
	require.Contains(t, page.Body, "bytes do not arrive as they are named")
	require.Contains(t, page.Body, "key is not known yet")
	require.NotContains(t, page.Body, "ERIKSSON")
	s.Post(t, client, "/exhibits/retry", nil)
	require.Zero(t, s.count(t, `exhibit_blob WHERE state = 'parked'`))
	require.NotContains(t, s.Get(t, client, "/exhibits/progress").Body, "do not arrive")
}

// New trust material is held against kept chips by itself, beside the verdict of the day and once.
func TestNewTrustMaterialJudgesKeptChipsOnce(t *testing.T) {
	s := open(t)
	e := s.decide(t, "L898902C3")
	verifier := exhibit.Verifier{Keeper: s.evidence, Now: s.Clock.Now, NewID: uuid.New}
	actor := audit.Actor{ID: "station", Name: "test", Role: "service"}
	for _, version := range []int64{8, 8, 9} {
		material, _ := trust.NewStore(nil, version, s.Clock.Now())
		_, err := verifier.Catch(t.Context(), s.evidence, actor, material, 10)
		require.NoError(t, err)
		s.Clock.Pass(time.Minute)
	}
	found, err := s.evidence.Evidence(t.Context(), e.CrossingID, purposeful(e))
	require.NoError(t, err)
	require.Len(t, found.Verified, 2)
	require.Equal(t, "9", found.Verified[0].Trust)
	require.Equal(t, emrtd.StepStructure, found.Verified[0].Steps[0].Name)
	require.NotEqual(t, traveldoc.Pass, found.Verified[0].Steps[0].Verdict)
	then, was := found.Then(emrtd.StepStructure)
	require.True(t, was)
	require.Equal(t, traveldoc.Pass, then.Verdict, "the verdict of the day stands")
	var kept border.CrossingEvent
	var event []byte
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT event FROM decision WHERE crossing_id = $1`, e.CrossingID).Scan(&event))
	require.NoError(t, json.Unmarshal(event, &kept))
	require.Equal(t, traveldoc.Pass, kept.Findings[0].Steps[0].Verdict)
}
