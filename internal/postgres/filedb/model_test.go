package filedb_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
)

// model is what a crossing point should know, worked out the slow way.
type model struct {
	t      *testing.T
	post   *post
	papers []file.Paper
	files  map[int]uuid.UUID // by paper; made here or told
	rows   map[int]file.Published
	words  []file.Decided
	// facts are all movements that ever were, by id; voided those that do not stand.
	facts  map[uuid.UUID]fact
	voided map[uuid.UUID]bool
	told   map[int][]uuid.UUID // movements that the centre tells of a paper now
}

type fact struct {
	paper int
	m     stay.Movement
}

const people = 4

func newModel(t *testing.T, p *post, run int) *model {
	m := &model{
		t: t, post: p, files: map[int]uuid.UUID{}, rows: map[int]file.Published{}, facts: map[uuid.UUID]fact{},
		voided: map[uuid.UUID]bool{}, told: map[int][]uuid.UUID{},
	}
	for n := range people {
		m.papers = append(m.papers, paper(t, fmt.Sprintf("NAME%c", 'A'+n), "PAT", fmt.Sprintf("19%d-01-02", 60+n), fmt.Sprintf("R%dX%d", run, n)))
	}
	return m
}

// cross: somebody crosses here.
func (m *model) cross(r *rapid.T) {
	n := rapid.IntRange(0, people-1).Draw(r, "who")
	way := rapid.SampledFrom([]border.Direction{border.Entry, border.Exit}).Draw(r, "way")
	at := now.Add(-time.Duration(rapid.IntRange(0, 5000).Draw(r, "hours ago")) * time.Hour)
	e := m.post.cross(m.t, m.papers[n], way, at)
	if known, ok := m.files[n]; ok {
		require.Equal(m.t, known, e.TravellerID, "a document keeps its file")
	}
	m.files[n] = e.TravellerID
	m.facts[e.CrossingID] = fact{n, stay.Movement{ID: e.CrossingID, At: at}}
}

// tell: the centre tells of somebody, late and repeatedly, with crossings of elsewhere.
func (m *model) tell(r *rapid.T) {
	n := rapid.IntRange(0, people-1).Draw(r, "who")
	row, ok := m.rows[n]
	if !ok {
		row = published(uuid.New(), []file.Paper{m.papers[n]})
		m.rows[n] = row
	}
	row.Movements = nil
	m.told[n] = nil
	for range rapid.IntRange(0, 3).Draw(r, "crossings elsewhere") {
		told := movement(m.t, uuid.New(), border.Entry, "test-sea", "2026-05-01")
		told.At = now.Add(-time.Duration(rapid.IntRange(0, 5000).Draw(r, "hours ago")) * time.Hour)
		row.Movements = append(row.Movements, told)
		m.facts[told.ID] = fact{n, told}
		m.told[n] = append(m.told[n], told.ID)
	}
	m.post.tell(m.t, row)
	if _, here := m.files[n]; !here {
		m.files[n] = row.File
	}
	m.rows[n] = row
}

// snapshot: the station lost its place and takes everything anew, in any order.
func (m *model) snapshot(r *rapid.T) {
	require.NoError(m.t, m.post.db.InTx(m.t.Context(), func(tx pgx.Tx) error { return m.post.sink.Clear(m.t.Context(), tx) }))
	var rows []file.Published
	for n := range people {
		if row, ok := m.rows[n]; ok {
			rows = append(rows, row)
		}
	}
	for _, row := range rapid.Permutation(rows).Draw(r, "order") {
		m.post.tell(m.t, row)
	}
}

// say: a supervisor says something of two files.
func (m *model) say(r *rapid.T) {
	pair := rapid.SampledFrom([][2]int{{0, 1}, {1, 2}, {0, 2}, {2, 3}}).Draw(r, "pair")
	a, here := m.files[pair[0]]
	b, too := m.files[pair[1]]
	if !here || !too {
		return
	}
	verdict := rapid.SampledFrom(file.Verdicts()).Draw(r, "verdict")
	heads := file.Heads(m.words, file.PairOf(a, b))
	require.NoError(m.t, m.post.say(m.t, a, b, verdict, file.GroundDuplicate))
	w := file.Decided{ID: uuid.New(), At: now, A: a, B: b, Verdict: verdict}
	for _, h := range heads {
		w.Supersedes = append(w.Supersedes, h.ID)
	}
	m.words = append(m.words, w)
}

// void: a supervisor voids a crossing that stands.
func (m *model) void(r *rapid.T) {
	n := rapid.IntRange(0, people-1).Draw(r, "who")
	h := m.post.history(m.t, m.papers[n])
	if len(h.Movements) == 0 {
		return
	}
	id := rapid.SampledFrom(h.Movements).Draw(r, "which").ID
	repair := file.Repair{File: m.files[n], Void: []file.Voided{{Movement: id, Ground: "never_crossed", Evidence: "he was elsewhere"}}}
	require.NoError(m.t, m.post.Repair(m.t.Context(), repair, author(), bordertest.Entry(audit.Alteration, "file", m.files[n])))
	m.voided[id] = true
}

// check: the station knows of everybody exactly what the model says.
func (m *model) check(*rapid.T) {
	groups := file.Groups(m.words).Of
	group := func(n int) uuid.UUID {
		if of, ok := groups[m.files[n]]; ok {
			return of
		}
		return m.files[n]
	}
	for n := range people {
		if _, known := m.files[n]; !known {
			continue
		}
		var want []fact
		for id, f := range m.facts {
			elsewhere := f.m.Station != ""
			if group(f.paper) == group(n) && !m.voided[id] && (!elsewhere || slices.Contains(m.told[f.paper], id)) {
				want = append(want, f)
			}
		}
		require.Len(m.t, m.post.history(m.t, m.papers[n]).Movements, len(want), "of %d", n)
		for _, have := range m.post.history(m.t, m.papers[n]).Movements {
			require.True(m.t, slices.ContainsFunc(want, func(f fact) bool { return f.m.ID == have.ID && f.m.At.Equal(have.At) }))
		}
	}
}

// Random acts here and elsewhere, late, repeated and in any order: no movement is lost or doubled, and everybody is who the words say.
func TestFilesAreWhatTheModelSays(t *testing.T) {
	p, run := newPost(t), 0
	rapid.Check(t, func(r *rapid.T) {
		run++ // other people each time: one database serves all histories
		m := newModel(t, p, run)
		r.Repeat(map[string]func(*rapid.T){"cross": m.cross, "tell": m.tell, "snapshot": m.snapshot, "say": m.say, "void": m.void, "": m.check})
	})
}
