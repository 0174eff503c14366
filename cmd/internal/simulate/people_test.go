package simulate

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

var today = traveldoc.DateOf(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))

func town() Town { return Town{Seed: 7, Size: 2000, Today: today} }

// Everybody in town has a zone that reads back as the person, and is the same person the next time.
func TestPeopleReadBack(t *testing.T) {
	for n := range town().Size {
		p := town().Person(n, n%2 == 0)
		require.Equal(t, p, town().Person(n, n%2 == 0))
		text, err := p.MRZ()
		require.NoError(t, err, "%d", n)
		read, err := mrz.Parse(text, today)
		require.NoError(t, err)
		for _, c := range read.Checks() {
			require.True(t, c.OK, "%s: %s", c.Field, text)
		}
		require.Equal(t, p.Document.Number, read.TravelDocument().Number)
		require.Equal(t, p.Identity.Surname, read.Identity().Surname)
		require.Equal(t, p.Identity.BirthDate, read.Identity().BirthDate)
	}
}

func TestTownIsMixed(t *testing.T) {
	nationalities, expired, cards := map[string]int{}, 0, 0
	for n := range town().Size {
		p := town().Person(n, true)
		nationalities[p.Identity.Nationality]++
		if p.Document.ExpiryDate.Before(today) {
			expired++
		}
		if p.Format == mrz.TD1 {
			cards++
		}
	}
	require.Len(t, nationalities, len(nations))
	require.InDelta(t, town().Size/50, expired, 25)
	require.Greater(t, cards, 100)
	require.Zero(t, count(t, false), "at the airport everybody has a passport")
}

func count(t *testing.T, land bool) (cards int) {
	t.Helper()
	for n := range town().Size {
		if town().Person(n, land).Format == mrz.TD1 {
			cards++
		}
	}
	return cards
}

func TestMisreadBreaksACheckDigit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		text, err := town().Person(n, n%2 == 0).MRZ()
		require.NoError(t, err)
		wrong := misread(random, text)
		require.NotEqual(t, text, wrong)
		read, err := mrz.Parse(wrong, today)
		require.NoError(t, err)
		bad := 0
		for _, c := range read.Checks() {
			if !c.OK {
				bad++
			}
		}
		require.Positive(t, bad, wrong)
	}
}

func TestListedPersonCarriesADocument(t *testing.T) {
	p := Listed(rand.New(rand.NewPCG(1, 2)), traveldoc.Identity{Surname: "DOE", GivenNames: "JO", BirthDate: today, Sex: "X", Nationality: "FRA"}, "", "", today)
	text, err := p.MRZ()
	require.NoError(t, err)
	require.Contains(t, text, "P<FRADOE<<JO<")
	require.Len(t, p.Document.Number, 9)
}

func TestCrowdLetsOutWhoCameIn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &Crowd{file: t.TempDir() + "/crowd", size: 50}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		inside := map[int]bool{}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			entry := rapid.Bool().Draw(rt, "entry")
			n := c.Leaving(random)
			if entry {
				n = c.Entering(random)
			}
			require.NoError(rt, c.Crossed(n, entry))
			inside[n] = entry
		}
		again, err := OpenCrowd(c.file, 50)
		require.NoError(rt, err)
		require.ElementsMatch(rt, c.inside, again.inside, "the file holds who is inside")
		for _, n := range again.inside {
			require.True(rt, inside[n])
		}
	})
}

func TestCrowdFileThatIsNoList(t *testing.T) {
	file := t.TempDir() + "/crowd"
	require.NoError(t, writeWhole(file, []byte("{}")))
	_, err := OpenCrowd(file, 10)
	require.ErrorContains(t, err, "expected a list of numbers")
}

func TestRateFollowsTheHour(t *testing.T) {
	mean := func(hour int) time.Duration {
		random, sum := rand.New(rand.NewPCG(3, 4)), time.Duration(0)
		for range 4000 {
			sum += Airport.Gap(random, time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC))
		}
		return sum / 4000
	}
	require.InDelta(t, 30, mean(7).Seconds()*110/120, 3, "110 an hour is one in 33 s")
	require.Greater(t, mean(3), 4*mean(8))
}
