package archive_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/replication"
)

// online is a centre that answers over a real bus, and the stations' lines to it.
type online struct {
	*centre
	bus *bustest.Bus
}

func newOnline(t *testing.T) online {
	t.Helper()
	o := online{newCentre(t), bustest.New(t)}
	alerts := centraldb.NewAlerts(o.db, time.Now, bustest.Log(t))
	r, err := replication.NewReceiver(o.bus.Centre(t), replication.Parts{
		Applier: o.applier, Completeness: centraldb.NewCompleteness(o.db, time.Now), Status: centraldb.NewStatus(o.db), Lender: o.archive,
		Alerts: alerts, Now: time.Now, Log: bustest.Log(t),
	})
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return o
}

// dial is a station's line.
func (o online) dial(t *testing.T, station string) *nats.Conn {
	t.Helper()
	conn, err := bus.Dial(o.bus.StationConfig(t, station, "", o.bus.Certify(t, station)))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.Eventually(t, conn.IsConnected, time.Minute, 5*time.Millisecond)
	return conn
}

func (o online) ask(conn *nats.Conn, station string, task, candidate uuid.UUID) ([]replication.LentPrint, error) {
	ctx, cancel := context.WithTimeout(o.Context(), 20*time.Second)
	defer cancel()
	return replication.AskPrints(ctx, conn, station, replication.PrintRequest{Task: task, Candidate: candidate, Actor: adjudicator("elsewhere")})
}

// loans are the centre's audit entries of a decision about a task.
func (o online) loans(decision string, task uuid.UUID) int {
	return o.count(`audit WHERE object_kind = 'fingerprint_task' AND object_id = $1 AND purpose = 'adjudication' AND decision = $2
		AND actor = 'sam-id' AND role = 'second_line'`, task.String(), decision)
}

// A candidate's prints are lent to the station whose task names him, and to nobody else; who asked is written, whatever came of it.
func TestPrintsAreLentToWhomTheTaskIs(t *testing.T) {
	o := newOnline(t)
	a, b := newPost(o.centre, "test-air"), newPost(o.centre, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	second := b.enrol("Y22222222", 1)
	b.sent()
	task := b.task()
	air, sea := o.dial(t, "test-air"), o.dial(t, "test-sea")

	prints, err := o.ask(sea, "test-sea", task, first.link)
	require.NoError(t, err)
	require.Len(t, prints, 4)
	for n, p := range prints {
		require.Equal(t, int(rightFour()[n]), p.Position)
		require.Equal(t, "test-air", p.Station)
		require.Equal(t, first.taking.Slots[n].Print, p.ID)
		got, err := fingerdb.DecodeTemplate(p.Template)
		require.NoError(t, err)
		require.Len(t, got.Minutiae, 40)
		m, err := fingerdb.DecodeImage(p.Image)
		require.NoError(t, err)
		require.Equal(t, [2]int{64, 80}, [2]int{m.Width, m.Height})
	}
	require.Equal(t, 1, o.loans("lent", task))
	require.Equal(t, 1, o.count("audit WHERE decision = 'lent' AND post = 'test-sea' AND result_count = 4"), "the post is who asks, not what he says")

	for name, ask := range map[string]struct {
		conn            *nats.Conn
		station         string
		task, candidate uuid.UUID
	}{
		"another station":             {air, "test-air", task, first.link},
		"another candidate":           {sea, "test-sea", task, second.link},
		"a task that nobody has":      {sea, "test-sea", uuid.New(), first.link},
		"a candidate that nobody has": {sea, "test-sea", task, uuid.New()},
	} {
		before := o.loans("refused", ask.task)
		_, err := o.ask(ask.conn, ask.station, ask.task, ask.candidate)
		require.ErrorIs(t, err, replication.ErrNoLoan, name)
		require.Equal(t, before+1, o.loans("refused", ask.task), name)
	}
	b.say(task, fingers.Different)
	b.sent()
	_, err = o.ask(sea, "test-sea", task, first.link)
	require.NoError(t, err, "who looks at a verdict of today sees what it rests on")
	o.clock.move(fingers.TasksDoneWithin + time.Hour)
	_, err = o.ask(sea, "test-sea", task, first.link)
	require.ErrorIs(t, err, replication.ErrNoLoan)
}

// What a station says itself of a task opens nobody's prints: only what the centre found does.
func TestATaskThatAStationMakesUpLendsNothing(t *testing.T) {
	o := newOnline(t)
	a, b := newPost(o.centre, "test-air"), newPost(o.centre, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	second := b.enrol("Y22222222", 2)
	b.sent()
	task := fingers.TaskID(second.taking.ID, first.link, fingers.GroundCandidate)
	for _, place := range []string{"test-sea", "central"} {
		b.record(second.event.TravellerID, fingers.Event{
			Step: fingers.Raised, At: o.clock.now(), By: "sam", Taking: second.taking.ID, Task: task,
			Candidacy: &fingers.Candidacy{Ground: fingers.GroundCandidate, Place: place, Link: second.link, CandidateLink: first.link},
		})
		b.events()
		_, err := o.ask(o.dial(t, "test-sea"), "test-sea", task, first.link)
		require.ErrorIs(t, err, replication.ErrNoLoan, place)
		task = uuid.New()
	}
}

// An answer fits: of each finger one print before a second of any, templates before more images.
func TestAnAnswerFits(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	b.enrol("Y22222222", 1)
	b.sent()
	ask := replication.PrintRequest{Task: b.task(), Candidate: first.link, Actor: adjudicator("test-sea")}
	size := func(fit int) (prints, bytes int) {
		list, err := c.archive.Lend(t.Context(), "test-sea", ask, fit)
		if fit < 300 {
			require.ErrorIs(t, err, replication.ErrNoLoan)
			return 0, 0
		}
		require.NoError(t, err)
		for _, p := range list {
			bytes += len(p.Template) + len(p.Image)
		}
		return len(list), bytes
	}
	all, whole := size(math.MaxInt)
	require.Equal(t, 4, all)
	for _, fit := range []int{0, whole / 3, whole / 2, whole} {
		_, bytes := size(fit)
		require.LessOrEqual(t, bytes, fit)
	}
}

func TestDestroyedPrintsAreLentToNobody(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	b.enrol("Y22222222", 1)
	b.sent()
	require.NoError(t, c.stores.Bury(t.Context(), "test-air", replication.Tombstone{Key: first.link, Kind: replication.KindOfPrints, Ground: "retention"}))
	_, err := c.archive.Lend(t.Context(), "test-sea", replication.PrintRequest{Task: b.task(), Candidate: first.link, Actor: adjudicator("test-sea")}, 1<<20)
	require.ErrorIs(t, err, replication.ErrNoLoan)
}

func TestACentreThatIsAwayIsSaidToBe(t *testing.T) {
	o := newOnline(t)
	conn := o.dial(t, "test-sea")
	o.bus.Stop()
	require.Eventually(t, func() bool { return !conn.IsConnected() }, time.Minute, 5*time.Millisecond)
	_, err := o.ask(conn, "test-sea", uuid.New(), uuid.New())
	require.ErrorIs(t, err, replication.ErrNoCentre)
}

func TestARequestThatIsNoneIsRefused(t *testing.T) {
	o := newOnline(t)
	conn := o.dial(t, "test-sea")
	for _, text := range []string{"", "{}", `{"task":"x"}`, `{"task":"` + uuid.NewString() + `","candidate":"` + uuid.NewString() + `"}`} {
		m, err := conn.Request(bus.PrintsSubject("test-sea"), []byte(text), 20*time.Second)
		require.NoError(t, err)
		require.JSONEq(t, `{"code":"malformed"}`, string(m.Data))
	}
	require.Zero(t, o.audited("fingerprint_task", fingers.PurposeOfAdjudication))
	require.Error(t, conn.PublishRequest(bus.PrintsSubject("test-air"), "", nil))
}
