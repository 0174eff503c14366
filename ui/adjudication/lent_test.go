package adjudication

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
)

// What the centre lent is gone from memory ten minutes later, also when nobody looks any more; looking again does not lengthen it.
func TestWhatIsLentIsForgottenByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, key := newLent(), lentKey{session: uuid.New(), task: uuid.New()}
		prints := []fingers.Print{{ID: uuid.New()}}
		l.show(key, prints, time.Now())
		<-time.After(9 * time.Minute)
		l.show(key, prints, time.Now()) // the page again: nothing was lent yet
		<-time.After(9 * time.Minute)
		l.give(key, prints, time.Now())
		<-time.After(9 * time.Minute)
		l.show(key, prints, time.Now())
		require.NotNil(t, l.given(key, time.Now()))
		<-time.After(time.Minute + time.Second)
		synctest.Wait()
		require.Empty(t, l.tasks)
	})
}

func TestWhatIsLentIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLent()
		first := lentKey{session: uuid.New(), task: uuid.New()}
		l.give(first, []fingers.Print{{ID: uuid.New()}}, time.Now())
		for range mostHeld {
			<-time.After(time.Second)
			l.give(lentKey{session: uuid.New(), task: uuid.New()}, []fingers.Print{{ID: uuid.New()}}, time.Now())
		}
		require.Len(t, l.tasks, mostHeld)
		require.Nil(t, l.given(first, time.Now()), "the oldest")
		<-time.After(heldFor)
		synctest.Wait()
		require.Empty(t, l.tasks)
	})
}
