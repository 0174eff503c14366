package listdb_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/internal/problem"
)

// agree lets somebody look at a proposal and approve it.
func (w *world) agree(by listdb.Person, p listdb.Proposal) listdb.Proposal {
	w.Helper()
	_, err := w.lists.Review(w.Context(), by, p.ID, listdb.Look{})
	require.NoError(w, err)
	p, err = w.lists.Approve(w.Context(), by, p.ID)
	require.NoError(w, err)
	return p
}

func (w *world) propose(by listdb.Person, a alerts.Alert) listdb.Proposal {
	w.Helper()
	p, err := w.lists.Propose(w.Context(), by, a, nil, "remark")
	require.NoError(w, err)
	return p
}

func refused(t testing.TB, err error, code string) {
	t.Helper()
	require.ErrorIs(t, err, problem.New(problem.Invalid, code))
}

// Nothing is published by one person, unseen, twice, or by whoever may not; every try is in the audit log.
func TestTwoPersonsAndNoFewer(t *testing.T) {
	w := newWorld(t)
	w.add()
	p := w.propose(ana, wanted("1", "Anna", "Muster"))
	require.NotContains(t, w.rows(), "a:national/1")
	_, err := w.lists.Propose(t.Context(), frank, wanted("2", "Anna", "Muster"), nil, "")
	refused(t, err, "lists.not_allowed")
	_, err = w.lists.Approve(t.Context(), ana, p.ID)
	refused(t, err, "lists.four_eyes")
	renamed := ana
	renamed.ID = uuid.NewString() // an account made anew is no second person
	_, err = w.lists.Approve(t.Context(), renamed, p.ID)
	refused(t, err, "lists.four_eyes")
	require.Equal(t, 1, count(w, `select count(*) from audit where verb = 'denied' and actor = '`+ana.ID+`' and decision = 'four_eyes'`))
	_, err = w.lists.Approve(t.Context(), frank, p.ID)
	refused(t, err, "lists.not_allowed")
	_, err = w.lists.Approve(t.Context(), ben, p.ID)
	refused(t, err, "lists.not_seen")
	told := len(w.told)
	done := w.agree(ben, p)
	require.EqualValues(t, 2, done.ListVersion)
	require.Contains(t, w.rows(), "a:national/1")
	require.Len(t, w.told, told+1, "stations are nudged at once")
	_, err = w.lists.Approve(t.Context(), ben, p.ID)
	refused(t, err, "lists.decided")
	_, err = w.lists.Reject(t.Context(), ben, p.ID, "late")
	refused(t, err, "lists.decided")
	require.Equal(t, 2, count(w, `select count(*) from audit where decision = 'approve_alert' and actor = '`+ben.ID+`' and object_kind = 'list_proposal'`))
}

// The database itself refuses one person.
func TestTheDatabaseRefusesOnePerson(t *testing.T) {
	w := newWorld(t)
	w.add()
	p := w.propose(ana, wanted("1", "Anna", "Muster"))
	_, err := w.db.Pool.Exec(t.Context(), `update list_proposal set state = 'approved', decided_by = proposed_by where id = $1`, p.ID)
	require.ErrorContains(t, err, "list_four_eyes")
	_, err = w.db.Pool.Exec(t.Context(), `insert into alert (list, id, version, secrecy, agency, status, published, digest, terms)
		values ('national', 'x', 1, 'discreet', 'A', 'active', true, '', '{}')`)
	require.ErrorContains(t, err, "alert_never_published")
}

func count(w *world, sql string) (n int) {
	w.Helper()
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), sql).Scan(&n))
	return n
}

// Approval counts on what was seen: what changed since has to be looked at again, what concerns another alert has not.
func TestApprovalAfterAChangeNeedsAnotherLook(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Anna", "Muster"))
	changed := wanted("1", "Anna", "Muster")
	changed.Contact = "one"
	changed.Version = 1
	first, err := w.lists.Propose(t.Context(), ana, changed, nil, "")
	require.NoError(t, err)
	changed.Contact = "two"
	second, err := w.lists.Propose(t.Context(), ana, changed, nil, "")
	require.NoError(t, err)
	_, err = w.lists.Review(t.Context(), ben, second.ID, listdb.Look{})
	require.NoError(t, err)
	w.agree(ben, w.propose(ana, wanted("2", "Otto", "Other")))
	w.agree(ben, first)
	_, err = w.lists.Approve(t.Context(), ben, second.ID)
	refused(t, err, "lists.moved")
	review, err := w.lists.Review(t.Context(), ben, second.ID, listdb.Look{})
	require.NoError(t, err)
	require.Equal(t, []string{"contact"}, review.Rows[0].Fields)
	require.Equal(t, "one", review.Rows[0].Before.Contact)
	w.agree(ben, second)
}

func TestDiscardingKeepsNothingOfAnybody(t *testing.T) {
	w := newWorld(t)
	w.add()
	p := w.propose(ana, wanted("1", "Anna", "Muster"))
	_, err := w.lists.Reject(t.Context(), ben, p.ID, " ")
	refused(t, err, "lists.why")
	_, err = w.lists.Reject(t.Context(), frank, p.ID, "no")
	refused(t, err, "lists.not_allowed")
	_, err = w.lists.Reject(t.Context(), ana, p.ID, "a mistake")
	require.NoError(t, err)
	require.Zero(t, count(w, `select count(*) from list_proposed where proposal = '`+p.ID.String()+`'`))
	review, err := w.lists.Review(t.Context(), ben, p.ID, listdb.Look{})
	require.NoError(t, err)
	require.Equal(t, listdb.Rejected, review.State)
	require.Equal(t, "a mistake", review.Why)
}

// draft -> approved -> active -> suspended -> active -> withdrawn, with a history of who and why.
func TestTheLifeOfAnAlert(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.agree(ben, w.propose(ana, wanted("1", "Anna", "Muster")))
	for i, s := range []struct {
		status alerts.Status
		there  bool
	}{{alerts.Suspended, false}, {alerts.Active, true}, {alerts.Suspended, false}, {alerts.Active, true}, {alerts.Withdrawn, false}} {
		p, err := w.lists.ProposeStatus(t.Context(), ben, "national", "1", s.status, "because "+string(s.status))
		require.NoError(t, err)
		w.agree(ana, p)
		_, there := w.rows()["a:national/1"]
		require.Equal(t, s.there, there, "%d %s", i, s.status)
		require.Equal(t, map[bool]int{true: 1, false: 0}[s.there], w.info("national").Entries)
	}
	_, err := w.lists.ProposeStatus(t.Context(), ben, "national", "1", alerts.Active, "again")
	refused(t, err, "lists.withdrawn")
	e, err := w.lists.Entry(t.Context(), frank, "national", "1", "test")
	require.NoError(t, err)
	require.Len(t, e.Versions, 6)
	require.Equal(t, alerts.Withdrawn, e.Versions[0].Alert.Status)
	require.Equal(t, "because withdrawn", e.Versions[0].Why)
	require.Equal(t, "ben", e.Versions[0].Proposed.Login)
	require.Equal(t, "ana", e.Versions[0].Approved.Login)
	require.Equal(t, []string{"status"}, e.Versions[0].Fields)

	w.agree(ben, w.propose(ana, wanted("1", "Anna", "Muster"))) // listed again: the count of versions goes on
	got, err := alerts.ParseRow(w.rows()["a:national/1"])
	require.NoError(t, err)
	require.Equal(t, 7, got.Version)
}

// What no crossing point could take is refused with the reason, not lost on the way.
func TestAnAlertThatIsTooLargeIsRefused(t *testing.T) {
	w := newWorld(t)
	w.add()
	a := wanted("1", "Anna", "Muster")
	for range 40 {
		a.Remarks = append(a.Remarks, strings.Repeat("x", 2000))
	}
	_, err := w.lists.Propose(t.Context(), ana, a, nil, "")
	refused(t, err, "lists.too_large")
}

func TestSettingsNeedTwoPersonsAndReachStations(t *testing.T) {
	w := newWorld(t)
	s := listdb.List{ID: "un", Title: "United Nations", Owner: "UNSC", Policy: alerts.DefaultPolicy()}
	s.Policy.ReasonAtFirstLine = true
	p, err := w.lists.ProposeSettings(t.Context(), ana, s, "")
	require.NoError(t, err)
	all, err := w.lists.All(t.Context())
	require.NoError(t, err)
	require.Empty(t, all)
	w.agree(ben, p)
	require.True(t, w.info("un").Policy.ReasonAtFirstLine)
	require.EqualValues(t, 1, w.info("un").Version)
	s.Policy.Thresholds = map[alerts.Band]float64{alerts.Certain: 0.5, alerts.Probable: 0.8, alerts.Possible: 0.9}
	_, err = w.lists.ProposeSettings(t.Context(), ana, s, "")
	refused(t, err, "lists.thresholds")
	s.Policy.Thresholds = map[alerts.Band]float64{alerts.Certain: 0.9, alerts.Probable: 0.8, alerts.Possible: match.Floor - 0.01}
	_, err = w.lists.ProposeSettings(t.Context(), ana, s, "")
	refused(t, err, "lists.thresholds") // no search gives so little: a threshold that promises it would never be met
	s.Policy.Thresholds[alerts.Possible] = match.Floor
	s.Policy.FourEyes, s.Policy.ActUnconfirmed = []alerts.Action{}, true
	p, err = w.lists.ProposeSettings(t.Context(), ana, s, "")
	require.NoError(t, err)
	w.agree(ben, p)
	require.Equal(t, []alerts.Action{}, w.info("un").Policy.Complete().FourEyes, "none, not the default's")
	require.True(t, w.info("un").Policy.ActUnconfirmed)
}
