package thread_test

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
)

// journeys is a random history of a few travellers over all stations, with the centre coming and going.
type journeys struct {
	t          *testing.T
	w          *world.World
	random     *rand.Rand
	travellers []world.Traveller
	officers   [][]*world.Officer // by station: at the entry and at the exit
	repairers  []repairer
	away       bool
	passed     time.Duration
}

// longest is how far the clocks move: the world begins so long ago, for a certificate that the centre makes in the future is good for no
// machine whose own clock has not moved.
const longest = 9 * day

type repairer struct {
	*world.Client
	who world.Person
}

// Whatever happens in whatever order - entries and exits anywhere, undone ones, repairs, days that pass, the centre away - in the end
// the centre has every event, every station knows every movement, and the list of overstayers is what a recount from the stations' own
// records gives. BMIS_MODEL_SEED repeats or varies a history.
func TestRandomHistoriesOverSeveralStations(t *testing.T) {
	t.Parallel()
	seed := uint64(20261121)
	if text := os.Getenv("BMIS_MODEL_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("BMIS_MODEL_SEED=%d", seed)
	j := &journeys{t: t, w: country(t, longest), random: rand.New(rand.NewPCG(seed, 1))}
	for n := range 5 {
		j.travellers = append(j.travellers, world.NewTraveller(910+n))
	}
	for _, s := range j.w.Stations() {
		j.officers = append(j.officers, []*world.Officer{s.Officer(t, auth.RoleOfficer, "1"), s.Officer(t, auth.RoleOfficer, "3")})
		r := repairer{s.Client(t), s.Person(t, auth.RoleSupervisor, "repair")}
		require.NoError(t, r.SignIn(t.Context(), r.who))
		j.repairers = append(j.repairers, r)
	}
	for range 60 {
		j.step()
	}
	j.finish()
}

func (j *journeys) step() {
	station := j.random.IntN(len(j.officers))
	switch p := j.random.IntN(20); {
	case p < 13:
		j.crosses(j.officers[station][j.random.IntN(2)], j.travellers[j.random.IntN(len(j.travellers))])
	case p < 15:
		j.undo(station)
	case p < 17:
		j.repair(station)
	case p < 19 && !j.away:
		j.away = true
		j.w.Central.Stop()
	case j.away:
		j.away = false
		j.w.Central.Start()
	}
	if j.random.IntN(4) == 0 {
		j.sleep()
	}
}

// crosses lets a traveller cross; one over whose hit no counter admits is referred.
func (j *journeys) crosses(o *world.Officer, v world.Traveller) {
	desk, err := o.Scan(j.t.Context(), v.MRZ(j.t))
	require.NoError(j.t, err)
	desk, err = o.Checked(j.t.Context(), desk)
	require.NoError(j.t, err)
	done, err := o.Decide(j.t.Context(), desk, border.Admit, "document_examined", "")
	require.NoError(j.t, err)
	if done.Status == http.StatusForbidden {
		done, err = o.Decide(j.t.Context(), desk, border.Refer, "conditions_of_stay", "")
		require.NoError(j.t, err)
	}
	require.Less(j.t, done.Status, 400, done.Wrong)
	require.Empty(j.t, done.Wrong)
}

// sleep lets hours pass; then everybody signs in again.
func (j *journeys) sleep() {
	hours := time.Duration(6+j.random.IntN(30)) * time.Hour
	if j.passed+hours > longest {
		return
	}
	j.passed += hours
	pass(j.w, hours)
	for _, posts := range j.officers {
		for _, o := range posts {
			require.NoError(j.t, o.SignIn(j.t.Context(), o.Who))
			require.NoError(j.t, o.TakeLane(j.t.Context(), o.Lane))
		}
	}
	for _, r := range j.repairers {
		require.NoError(j.t, r.SignIn(j.t.Context(), r.who))
	}
}

// undo takes the last decision of a lane back and puts the scan aside.
func (j *journeys) undo(station int) {
	s, o := j.w.Station(station), j.officers[station][j.random.IntN(2)]
	var crossing string
	err := s.DB.Pool.QueryRow(j.t.Context(), `SELECT crossing_id::text FROM decision WHERE lane = $1 ORDER BY decided_at DESC LIMIT 1`,
		o.Lane).Scan(&crossing)
	if err != nil {
		return // nobody has crossed here yet
	}
	desk, err := o.Undo(j.t.Context(), crossing, "wrong_traveller")
	require.NoError(j.t, err)
	if desk.Inspection == "" && desk.Status >= 400 {
		return // too late, or undone before
	}
	_, err = o.Post(j.t.Context(), "/counter/inspections/"+inspectionOf(j.t, s, crossing)+"/dismissal", url.Values{"reason": {"misread"}})
	require.NoError(j.t, err)
}

func inspectionOf(t *testing.T, s *world.Station, crossing string) (id string) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT inspection_id::text FROM decision WHERE crossing_id = $1`, crossing).Scan(&id))
	return id
}

// repair supplies a movement to somebody whom the station knows, on one of the last days.
func (j *journeys) repair(station int) {
	s := j.w.Station(station)
	v := j.travellers[j.random.IntN(len(j.travellers))]
	var file string
	err := s.DB.Pool.QueryRow(j.t.Context(), `SELECT traveller_id::text FROM traveller_document WHERE number_folded = $1`, v.Number).Scan(&file)
	if err != nil {
		return // not heard of yet
	}
	direction, ground := border.Exit, "missing_exit"
	if j.random.IntN(2) == 0 {
		direction, ground = border.Entry, "missing_entry"
	}
	on := traveldoc.DateOf(s.Clock.Now().Add(-time.Duration(j.random.IntN(5)) * day).UTC())
	answer, err := j.repairers[station].Post(j.t.Context(), "/files/"+file+"/repair", url.Values{
		"step": {"save"}, "direction": {string(direction)}, "date": {on.String()}, "station": {s.Post.ID}, "origin": {string(border.StampImport)},
		"ground": {ground}, "evidence": {"stamp on page 7"},
	})
	require.NoError(j.t, err)
	require.NoError(j.t, answer.OK(), answer.Body)
}

func (j *journeys) finish() {
	if j.away {
		j.w.Central.Start()
	}
	crossings, records := 0, 0
	for _, s := range j.w.Stations() {
		j.w.WaitDrained(j.t, s)
		crossings += s.Count(j.t, `SELECT FROM decision`)
		records += s.Count(j.t, `SELECT FROM record`)
	}
	central := j.w.Central
	require.Equal(j.t, crossings, central.Count(j.t, `SELECT FROM crossing`), "a decision is lost or doubled")
	require.Equal(j.t, records, central.Count(j.t, `SELECT FROM record`), "a record is lost or doubled")
	require.Zero(j.t, central.Count(j.t, `SELECT FROM dead_letter`))

	all := map[uuid.UUID]known{}
	for _, s := range j.w.Stations() {
		maps.Copy(all, j.own(s))
	}
	for _, s := range j.w.Stations() {
		world.Eventually(j.t, func() bool { return maps.Equal(all, j.standing(s, `true`)) }, "%s does not know what all stations know", s.Post.ID)
	}
	last := [][]string{nil, nil}
	j.t.Cleanup(func() {
		if j.t.Failed() {
			j.t.Logf("recount %v, listed %v, of %v", last[0], last[1], all)
		}
	})
	world.Eventually(j.t, func() bool {
		last = [][]string{j.recount(all), j.listed()}
		return slices.Equal(last[0], last[1])
	}, "the list of overstayers is not that of a recount")
	require.NotEmpty(j.t, all)
}

// known is a movement as a station keeps it.
type known struct {
	number, direction, date, until, at, origin string
}

// own are the standing movements that the station itself has recorded.
func (j *journeys) own(s *world.Station) map[uuid.UUID]known {
	return j.standing(s, `m.source = 'local'`)
}

func (j *journeys) standing(s *world.Station, which string) map[uuid.UUID]known {
	rows, err := s.DB.Pool.Query(j.t.Context(), `
		SELECT m.id, d.number_folded, m.direction, m.date, m.until, to_char(m.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), m.origin
		FROM movement m JOIN traveller_document d ON d.traveller_id = m.file_id
		WHERE m.voided_by IS NULL AND NOT m.withdrawn AND `+which)
	require.NoError(j.t, err)
	defer rows.Close()
	found := map[uuid.UUID]known{}
	for rows.Next() {
		var id uuid.UUID
		var m known
		require.NoError(j.t, rows.Scan(&id, &m.number, &m.direction, &m.date, &m.until, &m.at, &m.origin))
		found[id] = m
	}
	require.NoError(j.t, rows.Err())
	return found
}

// recount says by the calculator who is an overstayer today, by the numbers of their documents.
func (j *journeys) recount(all map[uuid.UUID]known) (numbers []string) {
	histories := map[string]stay.History{}
	for id, m := range all {
		h := histories[m.number]
		at, err := time.Parse(time.RFC3339Nano, m.at)
		require.NoError(j.t, err)
		date, err := traveldoc.ParseDate(m.date)
		require.NoError(j.t, err)
		until, err := traveldoc.ParseDate(m.until)
		require.NoError(j.t, err)
		h.Movements = append(h.Movements, stay.Movement{
			ID: id, Direction: border.Direction(m.direction), At: at, Date: date, Until: until, Nationality: "UTO",
			Origin: border.Origin(m.origin), // a stamp tells the day alone
		})
		histories[m.number] = h
	}
	today := traveldoc.DateOf(j.w.Central.Clock.Now().UTC())
	regimes := stay.Under(stay.Rule{Days: 2, Window: 10})
	for number, h := range histories {
		if last, open := stay.Build(h).EndOfStay(regimes); open && !last.IsZero() && last.Before(today) {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// listed are the numbers of the documents of those on the centre's list.
func (j *journeys) listed() (numbers []string) {
	today := traveldoc.DateOf(j.w.Central.Clock.Now().UTC())
	rows, err := j.w.Central.DB.Pool.Query(j.t.Context(), `
		SELECT DISTINCT d.doc_no FROM stay s JOIN traveller_document d USING (traveller_id) WHERE s.inside AND s.last_lawful < $1 ORDER BY 1`, today.First())
	require.NoError(j.t, err)
	defer rows.Close()
	for rows.Next() {
		var number string
		require.NoError(j.t, rows.Scan(&number))
		numbers = append(numbers, number)
	}
	require.NoError(j.t, rows.Err())
	return numbers
}
