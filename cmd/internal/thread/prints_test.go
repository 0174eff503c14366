package thread_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/abissim"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

// printed scans the n-th traveller's passport and takes the prints of who stands at the reader; the desk as it is when every check has
// answered.
func printed(t *testing.T, o *world.Officer, r *world.FingerReader, n int, who string) world.Desk {
	t.Helper()
	desk := checked(t, o, n)
	r.Person(t, who)
	path := "/counter/inspections/" + desk.Inspection + "/fingers"
	does(t, o.Client, path, nil)
	world.Eventually(t, func() bool {
		now, err := o.Look(t.Context())
		require.NoError(t, err)
		desk = now
		return !now.Pending() && !strings.Contains(now.Body, "to be taken")
	}, "the prints are not taken")
	desk, err := o.Checked(t.Context(), desk)
	require.NoError(t, err)
	return desk
}

// counters are two posts with a reader each, before which the same people may stand, and a centre with further settings.
func counters(t *testing.T, centre ...string) (w *world.World, readers []*world.FingerReader) {
	t.Helper()
	people := simulator.NewSynthetic()
	policy := filepath.Join(t.TempDir(), "fingers.json")
	require.NoError(t, os.WriteFile(policy, []byte(`{"version": "world-1", "asked": {"everybody": true}}`), 0o600))
	var posts []world.Post
	for _, id := range []string{"airport-1", "bridge-2"} {
		r := world.NewFingerReader(t, people)
		r.Settings["BMIS_FINGER_POLICY"] = policy
		readers = append(readers, r)
		posts = append(posts, world.Post{ID: id, Zone: "Africa/Nairobi", Settings: r.Settings})
	}
	w = world.Prepare(t, posts...)
	w.Central.Set(centre...)
	w.Start(t)
	return w, readers
}

// One person crosses at two posts under two names. Each post knows him by one: both let him in. The centre finds that his fingers are those of
// the other, and tells the second post; its second line says that it is one person, and the centre takes both files for one.
func TestOnePersonWithTwoNamesIsFoundByTheCentre(t *testing.T) {
	t.Parallel()
	w, readers := counters(t)
	first, second := w.Station(0), w.Station(1)
	at := first.Officer(t, auth.RoleOfficer, "1")
	desk := printed(t, at, readers[0], 701, "somebody")
	require.Equal(t, "no-hit", desk.Band, desk.Body)
	decide(t, at, desk, border.Admit, "")
	world.Eventually(t, func() bool { return w.Central.Count(t, `SELECT FROM finger_search WHERE done_at IS NOT NULL`) == 1 },
		"the centre has not searched for who enrolled first")
	require.Zero(t, w.Central.Count(t, `SELECT FROM finger_task`))

	there := second.Officer(t, auth.RoleOfficer, "1")
	desk = printed(t, there, readers[1], 702, "somebody")
	require.Equal(t, "no-hit", desk.Band, "the second post knows nobody with these fingers")
	decide(t, there, desk, border.Admit, "")
	world.Eventually(t, func() bool { return second.Count(t, `SELECT FROM finger_task`) == 1 }, "the second post is not told")
	require.Zero(t, first.Count(t, `SELECT FROM finger_task`), "what concerns one post is told to no other")
	var task uuid.UUID
	require.NoError(t, second.DB.Pool.QueryRow(t.Context(), `SELECT id FROM finger_task`).Scan(&task))

	line := second.SignedIn(t, auth.RoleSecondLine, "sara")
	path := "/adjudication/" + task.String()
	require.Contains(t, shows(t, line, "/adjudication"), task.String())
	does(t, line, path+"/claim", nil)
	world.Eventually(t, func() bool { return strings.Contains(shows(t, line, path+"/compare"), path+"/prints/") },
		"the prints of the first post are not lent to the second")
	require.NotZero(t, w.Central.Count(t, `SELECT FROM audit WHERE purpose = 'adjudication'`), "the centre keeps who looked")
	supervisor := second.Person(t, auth.RoleSupervisor, "noor")
	does(t, line, path+"/verdict", form("verdict", "same", "reason", "All four fingers agree.", "witness", supervisor.Login, "secret", supervisor.Password))
	world.Eventually(t, func() bool {
		return w.Central.Count(t, `SELECT FROM traveller_group a JOIN traveller_group b ON b.leader = a.leader AND b.traveller_id <> a.traveller_id
			JOIN finger_enrolment x ON x.traveller_id = a.traveller_id JOIN finger_enrolment y ON y.traveller_id = b.traveller_id`) == 2
	}, "the centre does not take both files for one person")
}

// Whoever comes back is held against his own prints; somebody else with his passport belongs to the second line, whatever the reason given.
func TestAnotherWithTheSamePassportIsFoundAtTheCounter(t *testing.T) {
	t.Parallel()
	w, readers := counters(t)
	station, reader := w.Station(0), readers[0]
	in := station.Officer(t, auth.RoleOfficer, "1")
	decide(t, in, printed(t, in, reader, 711, "holder"), border.Admit, "")
	out := station.Officer(t, auth.RoleOfficer, "3")
	desk := printed(t, out, reader, 711, "holder")
	require.Equal(t, "no-hit", desk.Band, desk.Body)
	decide(t, out, desk, border.Admit, "")

	desk = printed(t, in, reader, 711, "stranger")
	require.Equal(t, "hit", desk.Band, desk.Body)
	answer, err := in.Decide(t.Context(), desk, border.Admit, "not_same_person", "")
	require.NoError(t, err)
	require.NotEmpty(t, answer.Wrong, "no counter admits over prints that are not the file's")
	decide(t, in, desk, border.Refer, "identity_doubt")
	world.Eventually(t, func() bool { return station.Count(t, `SELECT FROM finger_task WHERE ground = 'mismatch'`) == 1 }, "no task about the mismatch")
	require.Equal(t, 1, station.Count(t, `SELECT FROM finger_taking WHERE outcome = 'disputed'`))

	desk = printed(t, in, reader, 712, "holder")
	require.Equal(t, "hit", desk.Band, "the holder of another passport is found among everybody at the counter: %s", desk.Body)
	decide(t, in, desk, border.Refer, "identity_doubt")
	world.Eventually(t, func() bool { return station.Count(t, `SELECT FROM finger_task WHERE ground = 'candidate'`) == 1 }, "no task about the candidate")
}

// Without a reader travellers cross with a reason, never green.
func TestAReaderThatIsAwayIsAmber(t *testing.T) {
	t.Parallel()
	w, readers := counters(t)
	o := w.Station(0).Officer(t, auth.RoleOfficer, "1")
	desk := checked(t, o, 721)
	require.Equal(t, "not-checked", desk.Band, desk.Body)
	require.NoError(t, readers[0].Simulated.Set(simulator.Knobs{Unplugged: true}))
	path := "/counter/inspections/" + desk.Inspection + "/fingers"
	does(t, o.Client, path, nil)
	world.Eventually(t, func() bool {
		now, err := o.Look(t.Context())
		require.NoError(t, err)
		desk = now
		return !now.Pending() && !strings.Contains(now.Body, "to be taken")
	}, "the reader's absence is not told")
	require.Equal(t, "not-checked", desk.Band)
	answer, err := o.Decide(t.Context(), desk, border.Admit, "", "")
	require.NoError(t, err)
	require.NotEmpty(t, answer.Wrong)
	decide(t, o, desk, border.Admit, "checked_by_other_means")
}

// A national ABIS takes the place of the centre's gallery: it finds who crossed under two names, and while it is away searches wait.
func TestAnOutsideABISFindsAmongAllPosts(t *testing.T) {
	t.Parallel()
	simulated, settings := world.NewABIS(t)
	w, readers := counters(t, "BMIS_ABIS", settings)
	done := func(n int) func() bool {
		return func() bool { return w.Central.Count(t, `SELECT FROM finger_search WHERE done_at IS NOT NULL`) == n }
	}
	at := w.Station(0).Officer(t, auth.RoleOfficer, "1")
	decide(t, at, printed(t, at, readers[0], 731, "traveller"), border.Admit, "")
	world.Eventually(t, done(1), "the ABIS has not been asked about who enrolled first")

	require.NoError(t, simulated.Set(abissim.Knobs{Operation: abis.Identify, Fail: 2}))
	there := w.Station(1).Officer(t, auth.RoleOfficer, "1")
	decide(t, there, printed(t, there, readers[1], 732, "traveller"), border.Admit, "")
	world.Eventually(t, func() bool {
		return w.Central.Count(t, `SELECT FROM finger_search WHERE done_at IS NULL AND attempts > 0 AND reason <> ''`) == 1
	}, "a search without an answer must stay due, and say why")
	require.NoError(t, simulated.Set(abissim.Knobs{}))
	world.Eventually(t, done(2), "the search is not made again")
	world.Eventually(t, func() bool { return w.Station(1).Count(t, `SELECT FROM finger_task`) == 1 }, "the second post is not told")
}

// A finger that one post coded as not there for good is not asked for at the next one: the code travels with the person's file.
func TestAMissingFingerIsKnownAtTheNextPost(t *testing.T) {
	t.Parallel()
	w, readers := counters(t)
	first, second := w.Station(0), w.Station(1)
	at := first.Officer(t, auth.RoleOfficer, "1")
	desk := checked(t, at, 721)
	path := "/counter/inspections/" + desk.Inspection + "/fingers"
	require.NoError(t, readers[0].Simulated.Set(simulator.Knobs{Unplugged: true}))
	does(t, at.Client, path, nil)
	world.Eventually(t, func() bool {
		now, err := at.Look(t.Context())
		require.NoError(t, err)
		return !now.Pending() && !strings.Contains(now.Body, "to be taken")
	}, "the reader's absence is not told")
	does(t, at.Client, path+"/missing", form("finger", "right_index", "missing", "amputated"))
	readers[0].Person(t, "somebody")
	does(t, at.Client, path, nil)
	world.Eventually(t, func() bool {
		now, err := at.Look(t.Context())
		require.NoError(t, err)
		desk = now
		return !now.Pending() && now.Band == "no-hit" && first.Count(t, `SELECT FROM finger_taking`) == 1
	}, "the other fingers are not taken")
	desk, err := at.Checked(t.Context(), desk)
	require.NoError(t, err)
	decide(t, at, desk, border.Admit, "")
	const coded = `SELECT FROM finger_taking WHERE body -> 'slots' @> '[{"position": "right_index", "missing": "amputated"}]'`
	require.Equal(t, 1, first.Count(t, coded))
	world.Eventually(t, func() bool {
		return second.Count(t, `SELECT FROM ref_row WHERE json_array_length(data -> 'absent') = 1`) == 1
	}, "the second post is not told")

	there := second.Officer(t, auth.RoleOfficer, "1")
	printed(t, there, readers[1], 721, "somebody")
	require.Equal(t, 1, second.Count(t, coded+` AND body -> 'slots' @> '[{"position": "right_index", "remembered": {}}]'`), "nobody said it there")
}
