package shifts_test

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/shifts"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// begun is a station with a supervisor whose shift runs.
func begun(t *testing.T, tasks ...shifts.Task) (*station, *http.Client, uuid.UUID) {
	t.Helper()
	s := open(t, tasks...)
	s.Person(t, auth.RoleOfficer, "amira")
	sara := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	require.Equal(t, http.StatusSeeOther, s.post(t, sara, "/shifts", "team", "amira").Status)
	return s, sara, s.running(t)
}

func TestWhoMayWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}

func TestWithoutAShiftCountersWork(t *testing.T) {
	s := open(t)
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	require.Equal(t, "/counter", s.post(t, officer, "/counter/lane", "lane", "1").Header.Get("Location"))
	page := s.Get(t, officer, "/shifts")
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Body, "No shift open")
	require.NotContains(t, page.Body, `id="begin"`, "an officer begins no shift")
	require.NotContains(t, page.Body, "What blocks")
	require.Equal(t, http.StatusSeeOther, s.post(t, officer, "/shifts/occurrence", "kind", "congestion", "text", "long queue").Status)
	require.Equal(t, 1, s.count(t, "shift_lane where officer = 'amira' and closed_at is null"))
	require.Equal(t, 1, s.count(t, "record where kind = 'shift.event' and subject is null and body ->> 'step' = 'noted'"))
}

func TestAnOfficerClosesHisOwnLane(t *testing.T) {
	s, _, _ := begun(t)
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "bo"))
	s.post(t, officer, "/counter/lane", "lane", "2")
	require.Contains(t, s.Get(t, officer, "/shifts").Body, "Close my lane 2")
	require.Equal(t, http.StatusSeeOther, s.post(t, officer, "/shifts/lane/close").Status)
	require.NotContains(t, s.Get(t, officer, "/shifts").Body, "Close my lane")
	require.Equal(t, 1, s.count(t, "shift_lane where officer = 'bo' and cause = 'by_officer'"))
	require.NoError(t, s.store.Reconcile(t.Context()))
	require.Zero(t, s.count(t, "shift_lane where closed_at is null"), "it stays closed")
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s, sara, id := begun(t)
	at := "/shifts/" + id.String()
	for name, c := range map[string]struct {
		path   string
		form   []string
		status int
		says   string
	}{
		"a second shift":              {"/shifts", nil, 409, "open already"},
		"a team of strangers":         {"/shifts", []string{"team", "nobody"}, 422, "Choose who it is"},
		"a stranger joins":            {"/shifts/team", []string{"act", "join", "person", "nobody"}, 422, "Choose who it is"},
		"no level":                    {"/shifts/relaxation", []string{"level", "none", "reason", "x"}, 422, "no such level"},
		"a relaxation without reason": {"/shifts/relaxation", []string{"level", "sample"}, 422, "needs a reason"},
		"a stamp without a code":      {"/shifts/stamps", []string{"act", "stamp_issued", "holder", "amira"}, 422, "Type the code"},
		"a stamp for a stranger":      {"/shifts/stamps", []string{"act", "stamp_issued", "code", "K7", "holder", "nobody"}, 422, "Choose who it is"},
		"another act on a stamp":      {"/shifts/stamps", []string{"act", "begun", "code", "K7"}, 422, "not known"},
		"a note of nothing":           {"/shifts/occurrence", []string{"kind", "congestion"}, 422, "in your words"},
		"a note of no kind":           {"/shifts/occurrence", []string{"kind", "dance", "text", "x"}, 422, "Choose what happened"},
		"no hand-over note":           {at + "/handover", nil, 422, "hand-over note"},
		"a signature while it runs":   {at + "/signature", []string{"witness", "sara", "secret", "271828"}, 409, "still open"},
		"a text of no section":        {at + "/texts", []string{"section", "x", "text", "y"}, 422, "no such section"},
		"an export in no format":      {at + "/export", []string{"format", "exe"}, 422, "CSV or JSON"},
		"no such shift":               {"/shifts/" + uuid.NewString() + "/handover", []string{"note", "x"}, 404, "no such shift"},
		"no id":                       {"/shifts/1'--/handover", []string{"note", "x"}, 404, "no such shift"},
		"reading what is not written": {at + "/reading", nil, 409, "still open"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.post(t, sara, c.path, c.form...)
			require.Equal(t, c.status, answer.Status, answer.Body)
			require.Contains(t, answer.Body, c.says)
			require.NotContains(t, answer.Body, "goroutine")
		})
	}
	require.Equal(t, 404, s.Get(t, sara, "/shifts/"+uuid.NewString()).Status)
	require.Equal(t, 404, s.Get(t, sara, at+"/texts/x").Status)
	require.Contains(t, s.Get(t, sara, "/shifts/all?on=yesterday").Body, "such as 2026-11-21")
	require.Equal(t, 1, s.count(t, "record where kind = 'shift.event'"), "nothing was written but the beginning")
}

func TestLeadingAShift(t *testing.T) {
	s, sara, id := begun(t)
	for _, form := range [][]string{
		{"/shifts/team", "act", "leave", "person", "amira"}, {"/shifts/team", "act", "join", "person", "amira"},
		{"/shifts/relaxation", "level", "sample", "reason", "queue of two hours"},
		{"/shifts/stamps", "act", "stamp_issued", "code", "K7", "holder", "amira"}, {"/shifts/stamps", "act", "stamp_returned", "code", "K7"},
		{"/shifts/stamps", "act", "stamp_lost", "code", "K8", "text", "fell into the sea"},
	} {
		s.Clock.Pass(time.Second)
		require.Equal(t, "/shifts/lead?done=kept", s.post(t, sara, form[0], form[1:]...).Header.Get("Location"), "%v", form)
	}
	page := s.Get(t, sara, "/shifts/lead").Body
	require.Contains(t, page, "By sample")
	require.Contains(t, page, "K8")
	register := s.Get(t, sara, "/shifts/"+id.String()).Body
	require.Contains(t, register, "Almara airport ("+webtest.Post+")")
	require.Contains(t, register, "queue of two hours")
	require.Contains(t, register, "fell into the sea")
}

// A register leaves as the bytes that were signed, and as a table; that it left is in the audit log.
func TestExport(t *testing.T) {
	s, sara, id := begun(t)
	s.Clock.Pass(time.Minute)
	s.decide(t, "A1", border.Entry, border.Decision{Verdict: border.Admit})
	s.post(t, sara, "/shifts/occurrence", "kind", "other", "text", "=cmd()")
	s.Clock.Pass(time.Minute)
	at := "/shifts/" + id.String()
	require.Equal(t, http.StatusSeeOther, s.post(t, sara, at+"/handover", "note", "nothing").Status)
	before := s.count(t, "audit where verb = 'disclosure'")
	file := s.post(t, sara, at+"/export", "format", "json")
	require.Equal(t, http.StatusOK, file.Status)
	state, err := s.store.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, state.Shifts[id].Digest, shift.Digest([]byte(file.Body)), "anybody can compare the digest")
	register, err := shift.Decode([]byte(file.Body))
	require.NoError(t, err)
	require.Equal(t, 1, register.Admitted(border.Entry))

	table := s.post(t, sara, at+"/export", "format", "csv")
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(table.Body, "\ufeff")))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	require.NoError(t, err)
	require.Contains(t, rows, []string{"traffic", "row", "Entry", "Ordinary", "UTO", "1"})
	require.Contains(t, table.Body, "'=cmd()", "no spreadsheet runs what somebody noted")
	require.Equal(t, before+2, s.count(t, "audit where verb = 'disclosure' and purpose = 'post_supervision'"))
}

// What waits for a supervisor is counted; what cannot be counted is not taken for none.
func TestWhatNeedsTheSupervisor(t *testing.T) {
	s, sara, _ := begun(t,
		shifts.Task{Code: "referrals", Href: "/secondline", Need: auth.SecondLineWork, Count: counted(7, nil)},
		shifts.Task{Code: "duplicates", Href: "/files/duplicates", Need: auth.DuplicateDecide, Count: counted(0, nil)},
		shifts.Task{Code: "rechecks", Href: "/rechecks", Need: auth.RecheckView, Count: counted(0, errors.New("away"))},
		shifts.Task{Code: "overrides", Href: "/x", Need: auth.ProtectionWork, Count: func(context.Context) (int, error) { panic("not his to count") }},
	)
	page := s.Get(t, sara, "/shifts").Body
	require.Contains(t, page, `href="/secondline"`)
	require.Contains(t, page, "7")
	require.NotContains(t, page, `href="/files/duplicates"`)
	require.Contains(t, page, "not known at present")
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "bo"))
	require.NotContains(t, s.Get(t, officer, "/shifts").Body, "What needs you")
}

func TestWhoWasOnDutyAt(t *testing.T) {
	s, sara, _ := begun(t)
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "bo"))
	s.post(t, officer, "/counter/lane", "lane", "2")
	s.Clock.Pass(2 * time.Minute)
	s.post(t, officer, "/shifts/lane/close")
	page := s.Get(t, sara, "/shifts/all?on=2026-11-21T08:01").Body
	require.Contains(t, page, "On duty at")
	require.Contains(t, page, "Bo Testperson")
	require.Contains(t, page, "Amira Testperson")
	require.NotContains(t, s.Get(t, sara, "/shifts/all?on=2026-11-21T08:02").Body, "Bo Testperson")
	require.Contains(t, s.Get(t, sara, "/shifts/all?on=2026-11-20T08:02").Body, "Nobody was on duty")
}

func TestTheIncomingSupervisorSignsInHisOwnSession(t *testing.T) {
	s, sara, id := begun(t)
	tariq := s.Person(t, auth.RoleSupervisor, "tariq")
	s.Clock.Pass(time.Minute)
	at := "/shifts/" + id.String()
	s.post(t, sara, at+"/handover", "note", "nothing")
	state, err := s.store.State(t.Context())
	require.NoError(t, err)
	his := s.SignedIn(t, tariq)
	require.Equal(t, 403, s.post(t, his, at+"/signature", "witness", "tariq", "secret", "999999", "digest", state.Shifts[id].Digest).Status)
	answer := s.post(t, his, at+"/signature", "witness", "Tariq", "secret", tariq.PIN, "digest", state.Shifts[id].Digest)
	require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)
	require.Equal(t, 1, s.count(t, "audit where decision = 'confirmed' and actor = $1", tariq.ID.String()))
	require.Equal(t, 1, s.count(t, "audit where decision = $1 and actor = $2", "signed register "+state.Shifts[id].Digest, tariq.ID.String()))
}

func TestSecretsAndWordsReachNoLog(t *testing.T) {
	s, sara, id := begun(t)
	s.Clock.Pass(time.Minute)
	s.post(t, sara, "/shifts/occurrence", "kind", "other", "text", "UNIQUEWORDS")
	s.post(t, sara, "/shifts/"+id.String()+"/handover", "note", "UNIQUEWORDS")
	s.post(t, sara, "/shifts/"+id.String()+"/signature", "witness", "nobody", "secret", "UNIQUEWORDS")
	require.NotEmpty(t, s.Logs.String())
	require.NotContains(t, s.Logs.String(), "UNIQUEWORDS")
	answer := s.post(t, sara, "/shifts/"+id.String()+"/signature", "witness", "nobody", "secret", "UNIQUEWORDS")
	require.NotContains(t, strings.ReplaceAll(answer.Body, "<bdi>UNIQUEWORDS</bdi>", ""), "UNIQUEWORDS", "a secret is not sent back")
}

// Every page, left to right and right to left.
func TestEveryPageInBothDirections(t *testing.T) {
	s, sara, id := begun(t)
	s.post(t, sara, "/shifts/stamps", "act", "stamp_issued", "code", "K7", "holder", "amira")
	s.post(t, sara, "/shifts/"+id.String()+"/texts", "section", "complaints", "text", "one, oral")
	s.Clock.Pass(time.Minute)
	for _, language := range []string{"en", "ar"} {
		for role, pages := range map[auth.Role][]string{
			auth.RoleSupervisor: {"/shifts", "/shifts/lead", "/shifts/all?on=2026-11-21T08:00", "/shifts/" + id.String(), "/shifts/" + id.String() + "/texts/complaints"},
			auth.RoleOfficer:    {"/shifts", "/shifts/occurrence", "/shifts/" + id.String() + "/handover"},
		} {
			t.Run(language+"/"+string(role), func(t *testing.T) {
				p := browsertest.Open(t, language)
				s.SignIn(p, s.Person(t, role, string(role)+language, language))
				for _, page := range pages {
					p.Goto(s.URL + page)
					p.WaitFor("main h1")
					p.Screenshot("shifts-" + language + "-" + string(role) + strings.ReplaceAll(page, id.String(), "id"))
					p.CheckAccessible()
					p.CheckNoSidewaysScroll()
					require.NotContains(t, p.Text("body"), "⟦", "a text is missing on %s", page)
				}
				p.Walk()
			})
		}
	}
}
