// Package abistest is what every abis.Engine must do, as a suite of tests that our own engine and the one behind NATS both pass. It must
// never be imported by a program.
package abistest

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// Threshold is what the suite asks for: one in 10,000, which other synthetic persons do not reach with two fingers.
const Threshold = 40

// People are synthetic persons, whose prints are made once.
type People struct {
	mu      sync.Mutex
	persons map[uint64]*synthetic.Person
}

// NewPeople knows nobody yet.
func NewPeople() *People { return &People{persons: map[uint64]*synthetic.Person{}} }

// Positions are the fingers that the suite takes.
func Positions() []biometrics.Position {
	return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle}
}

// Image is an impression of a person's finger.
func (p *People) Image(person uint64, position biometrics.Position, impression uint64) biometrics.Image {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.persons[person] == nil {
		p.persons[person] = synthetic.NewPerson(person)
	}
	return p.persons[person].Finger(position).Impression(synthetic.Draw(1000*person+impression, 0.9))
}

// Fingers are an impression of each finger of Positions; with images, or only the templates.
func (p *People) Fingers(t testing.TB, person, impression uint64, images bool) []abis.Finger {
	t.Helper()
	var out []abis.Finger
	for _, position := range Positions() {
		img := p.Image(person, position, impression)
		template, err := fingerprint.Extract(img)
		require.NoError(t, err)
		f := abis.Finger{Position: position, Template: template}
		if images {
			f.Image = &img
		}
		out = append(out, f)
	}
	return out
}

// Reference is the reference under which the suite inserts a person.
func Reference(person byte) uuid.UUID { return uuid.UUID{0: 0xab, 6: 0x40, 8: 0x80, 15: person} }

// request names identifications of the suite; each is another.
func request(n byte) uuid.UUID { return uuid.UUID{0: 0x1d, 6: 0x40, 8: 0x80, 15: n} }

// Run checks an engine. open gives an engine that holds nobody, each time it is called.
func Run(t *testing.T, open func(t *testing.T) abis.Engine) {
	people := NewPeople()
	for name, test := range map[string]func(*testing.T, abis.Engine, *People){
		"empty": empty, "finds": finds, "replaces and deletes": replaces, "except and most": limits, "asked twice": twice,
		"bad questions": bad, "ended": ended, "images": images, "at once": concurrent,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t), people) })
	}
}

// insert inserts persons 1 to n.
func insert(t *testing.T, e abis.Engine, people *People, n byte) {
	t.Helper()
	for person := byte(1); person <= n; person++ {
		require.NoError(t, e.Insert(t.Context(), Reference(person), people.Fingers(t, uint64(person), 1, false)))
	}
}

func identify(t *testing.T, e abis.Engine, probe []abis.Finger, o abis.Options) abis.Answer {
	t.Helper()
	if o.Threshold == 0 {
		o.Threshold = Threshold
	}
	answer, err := e.Identify(t.Context(), probe, o)
	require.NoError(t, err)
	return answer
}

func references(a abis.Answer) []uuid.UUID {
	out := []uuid.UUID{}
	for _, c := range a.Candidates {
		out = append(out, c.Reference)
	}
	return out
}

func count(t *testing.T, e abis.Engine, want int) {
	t.Helper()
	n, err := e.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, n)
}

func empty(t *testing.T, e abis.Engine, people *People) {
	require.NoError(t, e.Ping(t.Context()))
	count(t, e, 0)
	answer := identify(t, e, people.Fingers(t, 1, 2, false), abis.Options{Request: request(1)})
	require.Empty(t, answer.Candidates)
	require.LessOrEqual(t, answer.Compared, 0)
	require.NotEmpty(t, answer.Engine)
}

func finds(t *testing.T, e abis.Engine, people *People) {
	insert(t, e, people, 4)
	count(t, e, 4)
	answer := identify(t, e, people.Fingers(t, 2, 2, false), abis.Options{Request: request(2)})
	require.Equal(t, []uuid.UUID{Reference(2)}, references(answer))
	found := answer.Candidates[0]
	require.GreaterOrEqual(t, found.Score, float64(Threshold))
	for _, f := range found.Fingers {
		require.Contains(t, Positions(), f.Position)
		require.Positive(t, f.Score)
	}
	require.Empty(t, identify(t, e, people.Fingers(t, 9, 1, false), abis.Options{Request: request(3)}).Candidates, "a stranger")
}

func replaces(t *testing.T, e abis.Engine, people *People) {
	insert(t, e, people, 2)
	require.NoError(t, e.Insert(t.Context(), Reference(1), people.Fingers(t, 3, 1, false)), "a reference that is there is replaced")
	count(t, e, 2)
	require.Empty(t, identify(t, e, people.Fingers(t, 1, 2, false), abis.Options{Request: request(4)}).Candidates)
	require.Equal(t, []uuid.UUID{Reference(1)}, references(identify(t, e, people.Fingers(t, 3, 2, false), abis.Options{Request: request(5)})))
	require.NoError(t, e.Delete(t.Context(), Reference(1)))
	require.NoError(t, e.Delete(t.Context(), Reference(1)), "one that is not there is no error")
	count(t, e, 1)
	require.Empty(t, identify(t, e, people.Fingers(t, 3, 2, false), abis.Options{Request: request(6)}).Candidates)
}

func limits(t *testing.T, e abis.Engine, people *People) {
	insert(t, e, people, 3)
	again := people.Fingers(t, 1, 3, false)
	require.NoError(t, e.Insert(t.Context(), Reference(11), again), "the same person under another reference")
	probe := people.Fingers(t, 1, 2, false)
	both := identify(t, e, probe, abis.Options{Request: request(7)})
	require.ElementsMatch(t, []uuid.UUID{Reference(1), Reference(11)}, references(both))
	require.GreaterOrEqual(t, both.Candidates[0].Score, both.Candidates[1].Score, "best first")
	require.Equal(t, references(both)[:1], references(identify(t, e, probe, abis.Options{Request: request(8), Most: 1})))
	rest := identify(t, e, probe, abis.Options{Request: request(9), Most: 1, Except: references(both)[:1]})
	require.Equal(t, references(both)[1:], references(rest), "the person's own do not take the place of others")
	require.Empty(t, identify(t, e, probe, abis.Options{Request: request(10), Threshold: 900}).Candidates)
}

func twice(t *testing.T, e abis.Engine, people *People) {
	insert(t, e, people, 2)
	probe := people.Fingers(t, 2, 2, false)
	o := abis.Options{Request: request(11)}
	first := identify(t, e, probe, o)
	require.Len(t, first.Candidates, 1)
	require.NoError(t, e.Delete(t.Context(), Reference(2)))
	require.Equal(t, first.Candidates, identify(t, e, probe, o).Candidates, "the same request is answered once")
	require.Empty(t, identify(t, e, probe, abis.Options{Request: request(12)}).Candidates)
}

func bad(t *testing.T, e abis.Engine, people *People) {
	require.Error(t, e.Insert(t.Context(), Reference(1), nil))
	slap := people.Fingers(t, 1, 1, false)
	slap[0].Position = biometrics.RightFour
	require.Error(t, e.Insert(t.Context(), Reference(1), slap))
	_, err := e.Identify(t.Context(), nil, abis.Options{Request: request(13)})
	require.Error(t, err)
	count(t, e, 0)
}

func ended(t *testing.T, e abis.Engine, people *People) {
	insert(t, e, people, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	probe := people.Fingers(t, 1, 2, false)
	_, err := e.Identify(ctx, probe, abis.Options{Request: request(14), Threshold: Threshold})
	require.Error(t, err, "a question without an answer is never no candidates")
	require.Error(t, e.Insert(ctx, Reference(2), probe))
	require.Error(t, e.Delete(ctx, Reference(1)))
	require.Error(t, e.Ping(ctx))
	_, err = e.Count(ctx)
	require.Error(t, err)
	answer := identify(t, e, probe, abis.Options{Request: request(14)})
	require.Equal(t, []uuid.UUID{Reference(1)}, references(answer), "the same request asked again is answered")
}

func images(t *testing.T, e abis.Engine, people *People) {
	enrolled := people.Fingers(t, 1, 1, true)
	require.NoError(t, e.Insert(t.Context(), Reference(1), enrolled))
	probe := people.Fingers(t, 1, 2, true)
	for i := range probe {
		probe[i].Template = fingerprint.Template{}
	}
	require.Equal(t, []uuid.UUID{Reference(1)}, references(identify(t, e, probe, abis.Options{Request: request(15)})))
}

func concurrent(t *testing.T, e abis.Engine, people *People) {
	insert(t, e, people, 2)
	probes := [][]abis.Finger{people.Fingers(t, 1, 2, false), people.Fingers(t, 2, 2, false)}
	answers := make([]abis.Answer, 6)
	problems := make([]error, len(answers))
	var wait sync.WaitGroup
	for i := range answers {
		o := abis.Options{Request: uuid.NewSHA1(request(20), []byte{byte(i % 256)}), Threshold: Threshold}
		wait.Go(func() { answers[i], problems[i] = e.Identify(t.Context(), probes[i%2], o) })
	}
	wait.Wait()
	for i := range answers {
		require.NoError(t, problems[i])
		require.Equal(t, []uuid.UUID{Reference(byte(i%2 + 1))}, references(answers[i]))
	}
}
