package secondline_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestWhoMayWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}

func TestTheSecondWhoClaimsIsToldWhoWasFirst(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	sam, tom := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam")), s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "tom"))
	require.Equal(t, http.StatusSeeOther, s.Post(t, sam, path(e.CrossingID, "claim"), nil).Status)
	answer := s.Post(t, tom, path(e.CrossingID, "claim"), nil)
	require.Equal(t, http.StatusConflict, answer.Status)
	require.Contains(t, answer.Body, "sam has this case already.")
	require.Equal(t, http.StatusConflict, s.Post(t, sam, path(e.CrossingID, "claim"), nil).Status)
	require.Equal(t, http.StatusForbidden, s.Post(t, tom, path(e.CrossingID, "interview"), form("answer", "x")).Status)
	require.Equal(t, 1, s.count(t, "record where kind = 'referral.event'"))
}

func TestEveryLookAtACaseIsAuditedWithItsPurpose(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	sam := s.Person(t, auth.RoleSecondLine, "sam")
	client := s.SignedIn(t, sam)
	for range 3 {
		require.Equal(t, http.StatusOK, s.Get(t, client, "/secondline/"+e.CrossingID.String()).Status)
	}
	require.Equal(t, 3, s.count(t, "audit where verb = 'consultation' and object_kind = 'referral' and object_id = $1 and purpose = 'second_line' and actor = $2",
		e.CrossingID.String(), sam.ID.String()))
	s.Get(t, client, "/secondline")
	require.Equal(t, 1, s.count(t, "audit where object_id = 'queue' and result_count = 1"))
	s.Get(t, client, "/secondline/count")
	require.Equal(t, 1, s.count(t, "audit where object_id = 'queue'"), "a number is of nobody")
}

// asked brings a case to where a second person is asked for; what comes back is how many steps it has.
func (s station) asked(t *testing.T, client *http.Client, e border.CrossingEvent) string {
	t.Helper()
	s.Post(t, client, path(e.CrossingID, "claim"), nil)
	answer := s.Post(t, client, path(e.CrossingID, "override"), form("reason", "not_same_person", "note", "another face"))
	require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)
	return strconv.Itoa(s.count(t, "record where subject = $1", e.CrossingID))
}

func TestOnlyASecondPersonsOwnSecretSigns(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	s.Person(t, auth.RoleSupervisor, "sara")
	s.Person(t, auth.RoleSecondLine, "tom")
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	seen := s.asked(t, client, e)
	for name, test := range map[string]struct {
		witness, secret, seen string
		status                int
	}{
		"himself":         {"sam", "271828", seen, http.StatusForbidden},
		"no supervisor":   {"tom", "271828", seen, http.StatusForbidden},
		"nobody":          {"nobody", "271828", seen, http.StatusForbidden},
		"a wrong PIN":     {"sara", "314159", seen, http.StatusForbidden},
		"an older screen": {"sara", "271828", "1", http.StatusConflict},
		"no screen":       {"sara", "271828", "", http.StatusConflict},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.Post(t, client, path(e.CrossingID, "answer"), form("witness", test.witness, "secret", test.secret, "answer", "agree", "seen", test.seen))
			require.Equal(t, test.status, answer.Status, answer.Body)
			require.NotContains(t, answer.Body, test.secret, "what is secret does not come back")
		})
	}
	require.Zero(t, s.count(t, "record where body ->> 'kind' = 'override_approved'"))
	admit := form("outcome", "admit", "reason", "not_same_person")
	require.Equal(t, http.StatusConflict, s.Post(t, client, path(e.CrossingID, "outcome"), admit).Status)

	answer := s.Post(t, client, path(e.CrossingID, "answer"), form("witness", "sara", "secret", "271828", "answer", "decline", "reason", "it is him", "seen", seen))
	require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)
	require.Equal(t, http.StatusConflict, s.Post(t, client, path(e.CrossingID, "outcome"), admit).Status)
	require.Zero(t, s.count(t, "crossing"))
}

// A supervisor at his own screen sees the request, and signs it with his own secret too.
func TestASupervisorSignsAtHisOwnScreen(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	seen := s.asked(t, client, e)
	sara := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	page := s.Get(t, sara, "/secondline/"+e.CrossingID.String()+"?panel=sign").Body
	require.Contains(t, page, `name="witness" value="sara"`)
	require.Contains(t, page, "another face")
	refused := s.Post(t, sara, path(e.CrossingID, "answer"), form("witness", "sara", "secret", "000000", "answer", "agree", "seen", seen))
	require.Equal(t, http.StatusForbidden, refused.Status)
	answer := s.Post(t, sara, path(e.CrossingID, "answer"), form("witness", "sara", "secret", "271828", "answer", "agree", "seen", seen))
	require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)
	require.Equal(t, 1, s.count(t, "record where body ->> 'kind' = 'override_approved' and officer = 'sara'"))
	require.Equal(t, 1, s.count(t, `audit a join account c on a.actor = c.id::text where c.login = 'sara' and a.object_kind = 'referral' and a.decision = 'override_approved'`))
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, path(e.CrossingID, "outcome"), form("outcome", "admit", "reason", "not_same_person")).Status)
	require.Equal(t, 1, s.count(t, "decision where approver = 'sara' and verdict = 'admit'"))
}

func TestASupervisorTakesACaseOver(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	sam, sara := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam")), s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	s.Post(t, sam, path(e.CrossingID, "claim"), nil)
	require.Equal(t, http.StatusForbidden, s.Post(t, sam, path(e.CrossingID, "takeover"), form("reason", "x")).Status)
	answer := s.Post(t, sara, path(e.CrossingID, "takeover"), form("reason", ""))
	require.Equal(t, http.StatusUnprocessableEntity, answer.Status)
	require.Contains(t, answer.Body, "Give a reason.")
	require.Equal(t, http.StatusSeeOther, s.Post(t, sara, path(e.CrossingID, "takeover"), form("reason", "end of shift")).Status)
	require.Equal(t, 1, s.count(t, "referral where owner = 'sara'"))
}

func TestWhatWasTypedStaysAndTheFaultIsNamed(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	s.Post(t, client, path(e.CrossingID, "claim"), nil)
	for name, test := range map[string]struct {
		act  string
		form []string
		says string
		kept string
	}{
		"an interview without answer": {"interview", []string{"question", "Where from?", "answer", " "}, "This field is needed.", "Where from?"},
		"an unknown method":           {"examination", []string{"part", "chip", "method", "taste", "remark", "odd"}, "This choice is not known.", "odd"},
		"nothing compared":            {"judgement", []string{"hit", "alerts.national|12|a1", "judgement", "same", "remark", "tall"}, "This field is needed.", "tall"},
		"no judgement":                {"judgement", []string{"hit", "alerts.national|12|a1", "remark", "tall"}, "This field is needed.", "tall"},
		"a hit of another list":       {"judgement", []string{"hit", "alerts.national|11|a1", "judgement", "same", "compared", "photo", "remark", "tall"}, "does not stand any more", "tall"},
		"nobody handed over to":       {"outcome", []string{"outcome", "hand_over", "authority", "police", "note", "quiet"}, "This field is needed.", "quiet"},
		"an outcome of another world": {"outcome", []string{"outcome", "vanish", "note", "quiet"}, "cannot end so", "quiet"},
		"a refusal without signature": {"outcome", []string{"outcome", "refuse", "reasons", "B", "language", "fr", "remarks", "shouts"}, "", "shouts"},
		"a companion nobody has seen": {"companions", []string{"document_number", "ZZ99"}, "No such scan", "ZZ99"},
		"an override without reason":  {"override", []string{"note", "please"}, "Give a reason.", "please"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.Post(t, client, path(e.CrossingID, test.act), form(test.form...))
			require.Contains(t, []int{404, 409, 422}, answer.Status, answer.Body)
			require.Contains(t, answer.Body, test.says)
			require.Contains(t, answer.Body, test.kept)
			require.NotContains(t, answer.Body, "⟦")
		})
	}
	require.Equal(t, 1, s.count(t, "record where kind = 'referral.event'"), "only the claim")
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	for name, address := range map[string]string{
		"no id": "/secondline/1'--", "no case": "/secondline/" + uuid.NewString(), "no filter": "/secondline?filter=theirs",
		"no cursor": "/secondline?after=x", "a huge cursor": "/secondline?after=" + strings.Repeat("A", 500),
	} {
		answer := s.Get(t, client, address)
		require.Equal(t, http.StatusNotFound, answer.Status, name)
		require.NotContains(t, answer.Body, "⟦", name)
	}
	require.Equal(t, http.StatusNotFound, s.Post(t, client, path(uuid.New(), "claim"), nil).Status)
}

func TestTheQueueIsPagedByItsOldest(t *testing.T) {
	s := open(t)
	for n := range 60 {
		s.refer(t, traveller{surname: "T" + strconv.Itoa(100+n), number: "N" + strconv.Itoa(n), at: s.Clock.Now().Add(-time.Duration(n/2) * time.Minute), finding: listed()})
	}
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	seen := map[string]bool{}
	pages := 0
	for address := "/secondline"; address != ""; pages++ {
		body := s.Get(t, client, address).Body
		for n := range 60 {
			if name := "T" + strconv.Itoa(100+n); strings.Contains(body, ">"+name+"<") {
				require.False(t, seen[name], "%s twice", name)
				seen[name] = true
			}
		}
		require.Contains(t, body, `data-count="filter-">60<`)
		address = next(body)
	}
	require.Len(t, seen, 60)
	require.Equal(t, 3, pages)
}

// next is the address of the next page, as the pager gives it.
func next(body string) string {
	before, _, found := strings.Cut(body, `" rel="next"`)
	if !found {
		return ""
	}
	return strings.ReplaceAll(before[strings.LastIndex(before, `href="`)+6:], "&amp;", "&")
}

func TestAnAttachmentIsKeptAndGivenBack(t *testing.T) {
	s := open(t)
	e := s.martin(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	s.Post(t, client, path(e.CrossingID, "claim"), nil)
	send := func(content string) int {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		part, err := w.CreateFormFile("evidence_file", "ticket.pdf")
		require.NoError(t, err)
		_, err = part.Write([]byte(content))
		require.NoError(t, err)
		require.NoError(t, w.WriteField("evidence_note", "return ticket"))
		require.NoError(t, w.Close())
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path(e.CrossingID, "attachments"), &body)
		require.NoError(t, err)
		request.Header.Set("Content-Type", w.FormDataContentType())
		request.Header.Set("Origin", s.URL)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
		response, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	require.Equal(t, http.StatusUnprocessableEntity, send("#!/bin/sh"))
	require.Equal(t, http.StatusSeeOther, send("%PDF-1.7 ticket"))
	page := s.Get(t, client, "/secondline/"+e.CrossingID.String()).Body
	require.Contains(t, page, "ticket.pdf")
	require.Contains(t, page, "return ticket")
	var id uuid.UUID
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from attachment where subject = $1", e.CrossingID).Scan(&id))
	answer := s.Get(t, client, path(e.CrossingID, "attachments/"+id.String()))
	require.Equal(t, "%PDF-1.7 ticket", answer.Body)
	require.Equal(t, `attachment; filename=ticket.pdf`, answer.Header.Get("Content-Disposition"))
	require.Equal(t, http.StatusNotFound, s.Get(t, client, path(uuid.New(), "attachments/"+id.String())).Status)
	s.Post(t, client, path(e.CrossingID, "release"), nil)
	require.Equal(t, http.StatusConflict, send("%PDF-1.7 late"))
}

func TestPeopleOfOneGroupAreShownTogether(t *testing.T) {
	s := open(t)
	group := uuid.New()
	e := s.refer(t, traveller{surname: "ALI", number: "G1", at: s.Clock.Now(), finding: listed(), group: group})
	s.refer(t, traveller{surname: "HASSAN", given: "OMAR", number: "G2", at: s.Clock.Now().Add(-2 * time.Hour), finding: listed(), group: group})
	s.refer(t, traveller{surname: "OTHER", number: "G3", at: s.Clock.Now(), finding: listed()})
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	page := s.Get(t, client, "/secondline/"+e.CrossingID.String()).Body
	require.Contains(t, page, "HASSAN, OMAR")
	require.Contains(t, page, "same group")
	require.NotContains(t, page, "OTHER")
}

func TestNamesReachNoLog(t *testing.T) {
	s := open(t)
	e := s.refer(t, traveller{surname: "UNIQUENAME", number: "77ZZ77777", at: s.Clock.Now(), finding: listed()})
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	s.Get(t, client, "/secondline")
	s.Get(t, client, "/secondline/"+e.CrossingID.String()+"?panel=UNIQUENAME")
	s.Post(t, client, path(e.CrossingID, "claim"), nil)
	s.Post(t, client, path(e.CrossingID, "interview"), form("answer", "UNIQUENAME said nothing"))
	s.Post(t, client, path(e.CrossingID, "companions"), form("document_number", "77ZZ77777"))
	require.NotEmpty(t, s.Logs.String())
	require.NotContains(t, s.Logs.String(), "UNIQUENAME")
	require.NotContains(t, s.Logs.String(), "77ZZ77777")
}

func TestADecisionWithoutTheCentreIsMarkedProvisional(t *testing.T) {
	s := open(t)
	e := s.refer(t, traveller{surname: "ALI", number: "P1", at: s.Clock.Now(), finding: noHit()})
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	s.Post(t, client, path(e.CrossingID, "claim"), nil)
	s.away.Store(true)
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, path(e.CrossingID, "outcome"), form("outcome", "admit", "reason", "document_examined")).Status)
	require.Contains(t, s.Get(t, client, "/secondline/"+e.CrossingID.String()).Body, "Decided without the centre")
	require.Equal(t, 1, s.count(t, "decision where referral = $1 and status = 'provisional'", e.CrossingID))
	require.Equal(t, 1, s.count(t, "record where subject = $1 and status = 'provisional'", e.CrossingID))
}
