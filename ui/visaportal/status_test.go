package visaportal_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/traveldoc"
)

// free sends an application that costs nothing, and gives its reference.
func (w *world) free(t testing.TB, language string) (*visitor, evisa.Reference, uuid.UUID) {
	t.Helper()
	v := w.visitor(t, language)
	begun := v.post("/apply", url.Values{"nationality": {"SYR"}, "document_code": {"P"}, "purpose": {"humanitarian"}, "type": {"H"}})
	require.Equal(t, http.StatusSeeOther, begun.status, begun.body)
	member := uuid.MustParse(v.memberID())
	shown := v.upload("/apply/portrait", map[string]string{"member": member.String()}, portrait(t, 5))
	require.Equal(t, http.StatusSeeOther, shown.status, shown.body)
	for _, page := range []string{"document", "name", "birth", "history", "journey", "contact", "host"} {
		v.answer(page)
	}
	require.Equal(t, http.StatusSeeOther, v.post("/apply/claims", url.Values{"humanitarian": {"yes"}, "family_reunification": {"no"}, "grounds": {"War"}}).status)
	declare := v.get("/apply/declare")
	require.Equal(t, http.StatusOK, declare.status, v.get("/apply/check").body)
	sent := v.post("/apply/declare", url.Values{
		"declaration": {hiddenValue(t, declare.body, "declaration")}, "notice": {hiddenValue(t, declare.body, "notice")}, "shown": {language},
		"agreed": {"yes"}, "noticed": {"yes"},
	})
	require.Equal(t, "/apply/sent", sent.to(), sent.body)
	found := regexp.MustCompile(`<bdi dir="ltr">([0-9A-Z-]{11})</bdi>`).FindStringSubmatch(v.get("/apply/sent").body)
	require.NotEmpty(t, found)
	reference, err := evisa.ParseReference(found[1])
	require.NoError(t, err)
	return v, reference, member
}

// find opens the application to the visitor by its reference and birth date.
func (v *visitor) find(reference evisa.Reference) answer {
	v.t.Helper()
	return v.post("/status", url.Values{"reference": {reference.String()}, "birth_date_day": {"12"}, "birth_date_month": {"8"}, "birth_date_year": {"1990"}})
}

// tell makes the centre tell the applicant.
func (w *world) tell(t testing.TB, told evisa.Told) {
	t.Helper()
	told.At = w.clock.Now()
	require.NoError(t, w.db.InTx(t.Context(), func(tx pgx.Tx) error { return w.centre.Tell(t.Context(), tx, told, portaldb.Addressee{}) }))
}

// states are what the centre may tell, each with a word that must stand on the page.
func (w *world) states(reference evisa.Reference, application uuid.UUID) []struct {
	told evisa.Told
	says string
} {
	now := w.clock.Now()
	day := func(s string) traveldoc.Date { d, _ := traveldoc.ParseDate(s); return d }
	request := &evisa.Request{ID: uuid.New(), Kinds: []string{"invitation", "means"}, Text: "Please send the letter of your host.\nAnd a bank statement.", Until: now.AddDate(0, 0, 30)}
	interview := &evisa.Request{ID: uuid.New(), Text: "Bring your certificates.", Until: now.AddDate(0, 0, 9), Place: "Consulate, Harbour Road 4", When: now.AddDate(0, 0, 7)}
	all := []struct {
		told evisa.Told
		says string
	}{
		{evisa.Told{State: evisa.Received, Due: now.AddDate(0, 0, 1)}, "We have your application"},
		{evisa.Told{State: evisa.Examined, Due: now.AddDate(0, 0, 1)}, "A visa officer is looking at it"},
		{evisa.Told{State: evisa.Asked, Request: request}, "letter of your host"},
		{evisa.Told{State: evisa.Interview, Request: interview}, "Harbour Road 4"},
		{evisa.Told{State: evisa.Refused, Grounds: []string{"means", "return"}, Letter: "Your application is refused.", AppealUntil: day("2026-12-20")}, "Sufficient means"},
		{evisa.Told{State: evisa.Appealed}, "Your appeal is being examined"},
		{evisa.Told{State: evisa.Approved, Visa: "E7KXR4MTQ", Standing: evisa.InForce, From: day("2027-01-01"), Until: day("2027-03-31"), Notice: true}, "E7KXR4MTQ"},
		{evisa.Told{State: evisa.Approved, Visa: "E7KXR4MTQ", Standing: evisa.Revoked, From: day("2027-01-01"), Until: day("2027-03-31")}, "has been revoked"},
		{evisa.Told{State: evisa.Withdrawn, Refund: "refunded"}, "has gone back to you"},
		{evisa.Told{State: evisa.Lapsed}, "did not come in time"},
	}
	for n := range all {
		all[n].told.Application, all[n].told.Reference, all[n].told.Version = application, reference, n+1
	}
	return all
}

// Each state in plain words, and what the applicant may do in it and no more.
func TestStatusInPlainWords(t *testing.T) {
	w := open(t)
	_, reference, application := w.free(t, "en")
	v := w.visitor(t, "en")
	require.Equal(t, "/status", v.get("/status/application").to(), "not without reference and birth date")
	require.Equal(t, "/status/application", v.find(reference).to())
	require.Contains(t, v.get("/status/application").body, "We have your application", "before the centre has told anything")
	may := map[evisa.State][]string{
		evisa.Asked: {"/status/reply", "/status/withdraw"}, evisa.Interview: {"/status/withdraw"}, evisa.Refused: {"/status/appeal"}, evisa.Lapsed: {"/status/appeal"},
		evisa.Received: {"/status/withdraw"}, evisa.Examined: {"/status/withdraw"}, evisa.Appealed: {"/status/withdraw"}, evisa.Approved: nil, evisa.Withdrawn: nil,
	}
	for _, s := range w.states(reference, application) {
		w.tell(t, s.told)
		shown := v.get("/status/application")
		require.Equal(t, http.StatusOK, shown.status)
		require.Contains(t, shown.body, s.says, s.told.State)
		for _, path := range may[s.told.State] {
			require.Contains(t, shown.body, `href="`+path+`"`, s.told.State)
			require.Equal(t, http.StatusOK, v.get(path).status, "%s in %s", path, s.told.State)
		}
		if len(may[s.told.State]) == 0 {
			require.Equal(t, http.StatusConflict, v.get("/status/withdraw").status)
			require.Equal(t, http.StatusConflict, v.get("/status/appeal").status)
		}
	}
	v.post("/status/close", nil)
	require.Equal(t, "/status", v.get("/status/application").to())
}

// What an applicant says is handed over once, and the page says so until the centre answers.
func TestReplyAppealAndWithdraw(t *testing.T) {
	w := open(t)
	_, reference, application := w.free(t, "en")
	v := w.visitor(t, "en")
	v.find(reference)
	states := w.states(reference, application)
	w.tell(t, states[2].told)
	require.Equal(t, http.StatusUnprocessableEntity, v.upload("/status/reply", nil).status, "neither words nor a file")
	wrong := v.upload("/status/reply", map[string]string{"text": "Here <b>it</b> is"}, []byte("<html>"))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.body, "Here &lt;b&gt;it&lt;/b&gt; is", "what was typed stays")
	picture := portrait(t, 9)
	wrong = v.uploadAs("/status/reply", "file_invitation", map[string]string{"text": "Here"}, []byte("<html>"))
	require.Contains(t, wrong.body, `href="#f-file_invitation"`, "at the field that it came in")
	require.NotContains(t, wrong.body, `href="#f-file"`)
	wrong = v.upload("/status/reply", map[string]string{"text": "Here"}, picture, []byte("<html>"))
	require.Contains(t, wrong.body, "File 2 of 2: ", "which of several")
	wrong = v.uploadAs("/status/reply", "file_invitation", map[string]string{"text": "He\u200bre"}, picture)
	require.Contains(t, wrong.body, "characters that cannot be seen")
	require.Contains(t, wrong.body, "This file was not kept. Choose it again.", "a browser keeps no file")
	require.Equal(t, http.StatusUnprocessableEntity, v.upload("/status/reply", nil, slices.Repeat([][]byte{picture}, 9)...).status, "too many files at once")
	require.Contains(t, v.get("/status/reply").body, `name="file_invitation"`)
	require.Equal(t, "/status/application", v.uploadAs("/status/reply", "file_invitation", map[string]string{"text": "Here it is"}, picture).to())
	require.Equal(t, []string{"invitation"}, w.replied(t))
	require.Contains(t, v.get("/status/application").body, "Your answer was sent")
	require.Equal(t, http.StatusConflict, v.upload("/status/reply", map[string]string{"text": "again"}).status)
	w.tell(t, states[4].told)
	require.Equal(t, http.StatusUnprocessableEntity, v.upload("/status/appeal", nil).status)
	require.Equal(t, "/status/application", v.upload("/status/appeal", map[string]string{"text": "You are wrong"}).to())
	require.Contains(t, v.get("/status/application").body, "Your appeal was sent")
	w.tell(t, states[5].told)
	require.Equal(t, "/status/application", v.post("/status/withdraw", url.Values{"sure": {"yes"}, "text": {"I stay"}}).to())
	require.Contains(t, v.get("/status/application").body, "Your withdrawal was sent")
}

// replied are the kinds of the files of the replies that wait for the centre, as the centre reads them.
func (w *world) replied(t testing.TB) (kinds []string) {
	t.Helper()
	_, err := w.centre.Take(t.Context(), func(_ context.Context, _ pgx.Tx, p evisa.Parcel) error {
		if p.Kind != evisa.ParcelReply {
			return nil
		}
		var reply evisa.Reply
		require.NoError(t, json.Unmarshal(p.Body, &reply))
		for _, f := range reply.Files {
			require.NotEmpty(t, p.Files[f.ID])
			kinds = append(kinds, f.Kind)
		}
		return nil
	})
	require.NoError(t, err)
	return kinds
}

// Payloads into the forms of an application that was sent.
func TestPayloadsAboutWhatWasSent(t *testing.T) {
	w := open(t)
	_, reference, application := w.free(t, "en")
	v := w.visitor(t, "en")
	version := 0
	for kind, payload := range payloads() {
		for _, s := range w.states(reference, application)[:6] {
			version++
			s.told.Version = version
			w.tell(t, s.told)
			require.Equal(t, "/status/application", v.find(reference).to())
			for _, path := range []string{"/status/reply", "/status/appeal"} {
				v.harmless(kind, path, payload, v.must(v.upload(path, map[string]string{"text": payload, "sure": payload}, []byte(payload))))
				v.harmless(kind, path, payload, v.must(v.post(path, url.Values{"text": {payload}})))
			}
			v.harmless(kind, "/status/withdraw", payload, v.must(v.post("/status/withdraw", url.Values{"text": {payload}, "sure": {payload}})))
			v.harmless(kind, "/status/application", payload, v.must(v.get("/status/application")))
		}
	}
}

func (v *visitor) must(a answer) answer {
	v.t.Helper()
	require.Less(v.t, a.status, 500, a.body)
	return a
}

// Guessing is slowed, and said in words; whoever guesses learns nothing from the answer.
func TestGuessingIsSlowed(t *testing.T) {
	w := open(t)
	_, reference, _ := w.free(t, "en")
	v := w.visitor(t, "en")
	guess := url.Values{"reference": {reference.String()}, "birth_date": {"1991-01-01"}}
	first := v.post("/status", guess)
	require.Equal(t, http.StatusUnprocessableEntity, first.status)
	other, err := evisa.NewReference(strings.NewReader(strings.Repeat("abcdefgh", 20)))
	require.NoError(t, err)
	unknown := v.post("/status", url.Values{"reference": {other.String()}, "birth_date": {"1991-01-01"}})
	require.Equal(t, first.status, unknown.status)
	words := regexp.MustCompile(`id="f-reference-fault">.*?</span></span>`)
	require.Equal(t, words.FindString(first.body), words.FindString(unknown.body), "known and unknown answer alike")
	slowed := false
	for range 30 {
		if a := v.post("/status", guess); a.status == http.StatusTooManyRequests {
			require.Contains(t, a.body, "Too many attempts")
			require.NotEmpty(t, a.header.Get("Retry-After"))
			slowed = true
			break
		}
	}
	require.True(t, slowed)
	require.Equal(t, http.StatusTooManyRequests, v.find(reference).status, "the right date does not help while it is slowed")
	w.clock.pass(24 * time.Hour)
	require.Equal(t, "/status/application", v.find(reference).to())
	require.NotContains(t, w.logs.String(), string(reference), "references do not reach the log")
}
