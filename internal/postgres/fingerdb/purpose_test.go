package fingerdb_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// Every read of prints that somebody asks for is in the audit log with what it is for, and gives nothing to whoever does not say it. The
// reads are found by what they take: one that is added is held to it too.
func TestEveryReadOfPrintsSaysWhatItIsFor(t *testing.T) {
	p := newPost(t)
	_, prints := p.enrol("L898902C3", 60)
	var link, taking uuid.UUID
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT id, link FROM finger_taking`).Scan(&taking, &link))
	of := map[string]uuid.UUID{"OfTaking": taking, "References": link, "Image": prints[0].ID}
	store := reflect.ValueOf(p.prints)
	for n := range store.NumMethod() {
		name, method := store.Type().Method(n).Name, store.Method(n)
		if !reads(method.Type()) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			require.Contains(t, of, name, "a read that this test does not know: say what it is to be called with")
			call := func(purpose string) (out []reflect.Value, err error) {
				e := entry("fingerprint", of[name])
				e.Purpose, e.Justification = purpose, ""
				out = method.Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(of[name]), reflect.ValueOf(e)})
				err, _ = out[len(out)-1].Interface().(error)
				return out[:len(out)-1], err
			}
			const audited = `audit WHERE purpose = 'adjudication' AND verb = 'consultation' AND result_count > 0`
			before := p.count(audited)
			given, err := call("")
			require.ErrorContains(t, err, "needs a purpose")
			for _, one := range given {
				require.True(t, one.IsZero(), "nothing is given")
			}
			require.Equal(t, before, p.count(audited))
			given, err = call(fingers.PurposeOfAdjudication)
			require.NoError(t, err)
			require.False(t, given[len(given)-1].IsZero())
			require.Equal(t, before+1, p.count(audited))
			delete(of, name)
		})
	}
	require.Empty(t, of, "no such reads")
}

// reads reports whether a method gives prints to somebody whom an audit entry names.
func reads(m reflect.Type) bool {
	takes := slices.ContainsFunc(slices.Collect(m.Ins()), func(in reflect.Type) bool { return in == reflect.TypeFor[audit.Entry]() })
	gives := slices.ContainsFunc(slices.Collect(m.Outs()), func(out reflect.Type) bool {
		return out == reflect.TypeFor[fingers.Print]() || out == reflect.TypeFor[[]fingers.Print]()
	})
	return takes && gives
}
