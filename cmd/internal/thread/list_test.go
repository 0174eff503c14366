package thread_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// A supervisor puts somebody on the national list at the centre, and he is stopped at the counter; nobody does anything at the
// station. With the centre away the counter answers from its own list, whose age it shows, until the list is too old.
func TestTheNationalListReachesTheCounterAndGrowsOld(t *testing.T) {
	t.Parallel()
	post := airport()
	post.Settings = map[string]string{"BMIS_LIST_AMBER": "10m", "BMIS_LIST_RED": "20m", "BMIS_IDLE_LOCK": "1h"}
	w := world.New(t, post)
	station, wanted := w.Station(0), world.NewTraveller(77)
	officer := atLane(t, station, person(t, station.Part, auth.RoleOfficer, "en"), "en")
	lists(t, w, wanted)
	w.WaitListed(t, station, version(t, w))

	officer.Scan(wanted.MRZ(t), "\r")
	officer.WaitFor("#check-alerts\\.national .status.hit")
	officer.WaitFor("#band.hit")
	officer.screen("counter-hit")
	require.NotContains(t, officer.Text("body"), "thread reason", "the reason is not for the officer")
	officer.Press("F4")
	officer.WaitFocus("#reason")
	officer.chooses("#reason", "hit")
	officer.Press("Enter")
	officer.WaitGone("#traveller-name")

	w.Central.Stop()
	officer.WaitFor("#status .status:nth-child(1).not-checked") // the badge asks for itself anew
	officer.screen("centre-away")
	for n, language := range []string{"fr", "es", "ar"} {
		other := window(t, station.Part, person(t, station.Part, auth.RoleSupervisor, language), language)
		other.Goto(station.URL() + "/counter/lane") // a supervisor begins with what needs him
		other.TabTo("button[name=lane]:nth-of-type(1)")
		other.Press("Enter")
		other.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
		other.Scan(wanted.MRZ(t), "\r")
		other.WaitFor("#band.hit")
		require.Contains(t, other.Text("#check-alerts\\.national"), []string{"2ᵉ ligne", "segunda línea", "الخط الثاني"}[n])
		other.screen("centre-away")
		other.Press("F9")
		other.choosesFirst("F9")
		other.WaitGone("#traveller-name")
	}
	listOutcome(t, officer, 78, "no-hit")
	station.Clock.Pass(12 * time.Minute)
	officer.renewed("#status .status:nth-child(2).not-checked")
	require.Contains(t, officer.Text("#status"), "12 min")
	officer.screen("list-amber")
	listOutcome(t, officer, 79, "no-hit") // older, but not too old
	station.Clock.Pass(12 * time.Minute)
	officer.renewed("#status .status:nth-child(2).hit")
	listOutcome(t, officer, 80, "not-checked")
	require.Contains(t, officer.Text("#check-alerts\\.national"), "24 min")
	officer.WaitFor("#band.not-checked")
	officer.screen("list-red")

	w.Central.Clock.Pass(24 * time.Minute) // what the centre says carries the centre's time
	w.Central.Start()
	officer.renewed("#status .status:nth-child(2).no-hit")
}

// renewed waits for something in the badges, which are asked for anew meanwhile, as they ask for themselves every few seconds.
func (p page) renewed(selector string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf(`(document.querySelector(%q)?.checkVisibility() ||
		document.querySelector("#status:not(.htmx-request)")?.dispatchEvent(new CustomEvent("every")) && false)`, selector))
}

// listOutcome scans the n-th traveller, waits for what the list says of him, and refers him.
func listOutcome(t *testing.T, p page, n int, outcome string) {
	t.Helper()
	p.Scan(world.NewTraveller(n).MRZ(t), "\r")
	p.WaitText("#traveller-name", world.NewTraveller(n).Surname)
	p.WaitFor("#check-alerts\\.national .status." + outcome)
	if outcome == "not-checked" {
		return // he stays
	}
	p.Press("F4")
	p.choosesFirst("F4") // an Enter so soon after a scan would be taken for the reader's
	p.WaitGone("#traveller-name")
}

// A hit of the list is referred with a reason, and admitted over with none; what is undone in time counts nowhere any more.
func TestDecisionsAboutAHitAndTheirUndoing(t *testing.T) {
	t.Parallel()
	post := airport()
	post.Zone = "Pacific/Kiritimati" // UTC+14: the day that flows count is ahead of the centre's
	w := world.New(t, post)
	station, analyst := w.Station(0), w.Central.SignedIn(t, auth.RoleAnalyst, "anna")
	version := w.Central.List(t, wantedAs(1), wantedAs(2), wantedAs(3))
	w.WaitListed(t, station, version)
	officer := station.Officer(t, auth.RoleOfficer, "1")

	desk := checked(t, officer, 1)
	require.Equal(t, "hit", desk.Band)
	for name, d := range map[string]border.Decision{
		"refer without a reason":      {Verdict: border.Refer},
		"a verdict that there is not": {Verdict: "detain", Reason: "hit"},
	} {
		refused, err := officer.Decide(t.Context(), desk, d.Verdict, d.Reason, "")
		require.NoError(t, err)
		require.Equal(t, 422, refused.Status, name)
		require.NotEmpty(t, refused.Wrong, name)
	}
	for name, d := range map[string]border.Decision{
		"only the second line refuses":      {Verdict: border.Refuse, Reason: "I"},
		"admitting over a hit takes two":    {Verdict: border.Admit, Reason: "not_same_person"},
		"and no reason is a reason":         {Verdict: border.Admit},
		"saying that somebody agreed is no": {Verdict: border.Admit, Reason: "supervisor_agreed"},
	} {
		alone, err := officer.Decide(t.Context(), desk, d.Verdict, d.Reason, "")
		require.NoError(t, err)
		require.Equal(t, 403, alone.Status, name)
		require.NotEmpty(t, alone.Wrong)
	}
	require.Zero(t, station.Count(t, `SELECT FROM decision`))

	decide(t, officer, desk, border.Refer, "hit")
	decide(t, officer, checked(t, officer, 4), border.Admit, "checked_by_other_means")
	decide(t, officer, checked(t, officer, 2), border.Refer, "hit")
	done := decide(t, officer, checked(t, officer, 3), border.Refer, "document_doubt")
	world.Eventually(t, func() bool { return flows(t, analyst) == [4]int64{1, 0, 3, 0} }, "counted at the centre")

	for _, crossing := range done.Undoable {
		_, err := officer.Undo(t.Context(), crossing, "wrong_key")
		require.NoError(t, err)
	}
	require.Len(t, done.Undoable, 4)
	world.Eventually(t, func() bool { return flows(t, analyst) == [4]int64{} }, "counted no more")
	require.Equal(t, 4, w.Central.Count(t, `SELECT FROM crossing_correction`), "nothing is deleted, all is corrected")
	require.Equal(t, 4, w.Central.Count(t, `SELECT FROM crossing WHERE annulled_at IS NOT NULL`))

	desk, err := officer.Look(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, desk.Traveller, "who was undone stands at the counter again")
	done = decide(t, officer, desk, border.Refer, "hit")
	station.Clock.Pass(2 * time.Minute)
	late, err := officer.Undo(t.Context(), done.Undoable[0], "wrong_key")
	require.NoError(t, err)
	require.GreaterOrEqual(t, late.Status, 400)
	require.NotEmpty(t, late.Wrong)
}
