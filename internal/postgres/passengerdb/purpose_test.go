package passengerdb_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
)

// Every read of passenger data that somebody asks for is in the audit log with what it is for, and gives nothing to whoever does not say
// it. The reads are found by what they take: one that is added is held to it too.
func TestEveryReadSaysWhatItIsFor(t *testing.T) {
	w := newWorld(t)
	raw := w.send(paxlst("I1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")))[0]
	f, person := w.flight(), w.persons()[0]
	of := map[string][]any{
		"View": {f.ID}, "Person": {person.ID}, "ChangesOf": {person.APIMessage}, "ChangesOfFlight": {f.ID}, "Search": {passengerdb.Query{Document: "L898902C3"}},
		"Segment": {raw, 0}, "Segments": {raw, []int{0}}, "Body": {raw}, "Attempts": {raw, paging.Page{}}, "LastAttempts": {raw},
	}
	store := reflect.ValueOf(w.store)
	for n := range store.NumMethod() {
		name, method := store.Type().Method(n).Name, store.Method(n)
		takes := method.Type()
		if takes.NumIn() == 0 || takes.In(takes.NumIn()-1) != reflect.TypeFor[audit.Entry]() || takes.NumOut() < 2 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			require.Contains(t, of, name, "a read that this test does not know: say what it is to be called with")
			call := func(purpose string) (out []reflect.Value, err error) {
				e := w.consult("passenger", f.ID)
				e.Purpose = purpose
				in := []reflect.Value{reflect.ValueOf(t.Context())}
				for _, one := range of[name] {
					in = append(in, reflect.ValueOf(one))
				}
				out = method.Call(append(in, reflect.ValueOf(e)))
				err, _ = out[len(out)-1].Interface().(error)
				return out[:len(out)-1], err
			}
			const audited = `audit WHERE purpose = 'passenger_check' AND verb = 'consultation'`
			before := w.count(audited)
			given, err := call("")
			require.ErrorContains(t, err, "needs a purpose")
			for _, one := range given {
				require.True(t, one.IsZero(), "nothing is given")
			}
			require.Equal(t, before, w.count(audited))
			given, err = call("passenger_check")
			require.NoError(t, err)
			require.False(t, given[len(given)-1].IsZero())
			require.Equal(t, before+1, w.count(audited))
		})
		delete(of, name)
	}
	require.Empty(t, of, "no such reads")
}
