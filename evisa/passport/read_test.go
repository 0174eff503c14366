package passport_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

func today(t testing.TB) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	return d
}

func country(t testing.TB) *specimen.Country {
	t.Helper()
	c, err := specimen.New(specimen.Seed(specimen.DemoSeed), today(t))
	require.NoError(t, err)
	return c
}

func build(t testing.TB, c *specimen.Country, name string, person int) specimen.Specimen {
	t.Helper()
	k, err := specimen.CaseNamed(name)
	require.NoError(t, err)
	s, err := k.Build(c, specimen.Options{Person: person, NoImages: true})
	require.NoError(t, err)
	return s
}

// shot is how a page is photographed: lying on a table, turned, seen from the side.
type shot struct {
	dpi     int
	degrees float64
	lean    float64 // how much shorter the far side is, 0 to 0.1
	damage  page.Damage
}

func shots() map[string]shot {
	return map[string]shot{
		"scanned":       {dpi: 200, damage: page.Damage{Noise: 2, Quality: 85}},
		"photographed":  {dpi: 220, degrees: 4, lean: 0.02, damage: page.Damage{Blur: 0.8, Noise: 4, Quality: 75}},
		"from the side": {dpi: 240, degrees: -9, lean: 0.05, damage: page.Damage{Blur: 0.8, Noise: 4, Quality: 75}},
		"on its side":   {dpi: 220, degrees: 93, lean: 0.01, damage: page.Damage{Blur: 0.6, Noise: 4, Quality: 75}},
	}
}

// taken is the photograph of a page.
func taken(t testing.TB, p page.Page, s shot, seed uint64) []byte {
	t.Helper()
	img, err := p.Draw(reader.White, s.dpi)
	require.NoError(t, err)
	file, err := page.Degrade(onTable(img, s), s.damage, seed)
	require.NoError(t, err)
	return file
}

// onTable lays a page on a dark table, turned, each line a little shorter than the one below it.
func onTable(img *image.RGBA, s shot) *image.RGBA {
	w, h := float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
	leant := image.NewRGBA(img.Bounds())
	draw.Draw(leant, leant.Bounds(), image.NewUniform(color.Gray{70}), image.Point{}, draw.Src)
	for y := range int(h) {
		less := int(s.lean * w * (1 - float64(y)/h))
		draw.ApproxBiLinear.Scale(leant, image.Rect(less, y, int(w)-less, y+1), img, image.Rect(0, y, int(w), y+1), draw.Src, nil)
	}
	sin, cos := math.Sincos(s.degrees * math.Pi / 180)
	side := math.Hypot(w, h) * 1.05
	out := image.NewRGBA(image.Rect(0, 0, int(side), int(side)))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.Gray{70}), image.Point{}, draw.Src)
	turn := f64.Aff3{cos, -sin, side/2 - cos*w/2 + sin*h/2, sin, cos, side/2 - sin*w/2 - cos*h/2}
	draw.BiLinear.Transform(out, turn, leant, leant.Bounds(), draw.Over, nil)
	return out
}

func field(t testing.TB, p passport.Page, id mrz.FieldID) passport.Field {
	t.Helper()
	for _, f := range p.Fields {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("no field %v", id)
	return passport.Field{}
}

// Pages that were scanned and photographed give their fields; where a check digit says that a field is right, it is.
func TestPagesAreRead(t *testing.T) {
	c, r := country(t), passport.NewReader(1)
	for name, how := range shots() {
		t.Run(name, func(t *testing.T) {
			const people = 4
			whole := 0
			for person := 1; person <= people; person++ {
				s := build(t, c, "genuine", person)
				p, err := r.Read(t.Context(), taken(t, s.Pages[0], how, uint64(person)), today(t))
				if err != nil {
					require.Equal(t, problem.Invalid, problem.KindOf(err))
					continue
				}
				truth := map[mrz.FieldID]string{
					mrz.DocumentNumber: s.Document.Number, mrz.BirthDate: s.Document.Bearer.BirthDate.String(), mrz.ExpiryDate: s.Document.ExpiryDate.String(),
				}
				right := p.Composite == passport.Right
				for id, want := range truth {
					if f := field(t, p, id); f.Check == passport.Right && p.Composite == passport.Right {
						require.Equal(t, want, f.Value)
					} else {
						right = false
					}
				}
				if right && p.Identity.Surname == s.Document.Bearer.Surname && p.Identity.GivenNames == s.Document.Bearer.GivenNames {
					whole++
				}
				require.Contains(t, p.Words, passport.Training)
				require.NotContains(t, p.Words, passport.Expired)
				require.NotContains(t, p.Words, passport.WrongType)
			}
			t.Logf("%d of %d read whole", whole, people)
			require.GreaterOrEqual(t, whole, people-1)
		})
	}
}

func TestWhatIsSaidOfAPage(t *testing.T) {
	c, r := country(t), passport.NewReader(1)
	how := shots()["photographed"]
	for name, word := range map[string]passport.Word{"expired": passport.Expired, "visa": passport.WrongType, "card": passport.WrongType, "misprinted_check_digit": passport.Unsure} {
		t.Run(name, func(t *testing.T) {
			s := build(t, c, name, 0)
			p, err := r.Read(t.Context(), taken(t, s.Pages[len(s.Pages)-1], how, 3), today(t))
			require.NoError(t, err)
			require.Contains(t, p.Words, word)
		})
	}
}

// A number with a letter for a digit has a wrong check digit; what it should be is suggested and not taken.
func TestAWrongDigitIsSaidAndSuggested(t *testing.T) {
	c, r := country(t), passport.NewReader(1)
	for person := 1; person < 40; person++ {
		s := build(t, c, "genuine", person)
		lines := strings.Split(s.Document.Zone, "\n")
		at := strings.IndexAny(lines[1][:9], "0158")
		if at < 0 {
			continue
		}
		like := map[byte]string{'0': "O", '1': "I", '5': "S", '8': "B"}[lines[1][at]]
		altered := s.Pages[0]
		altered.Zone = lines[0] + "\n" + lines[1][:at] + like + lines[1][at+1:]
		p, err := r.Read(t.Context(), taken(t, altered, shots()["scanned"], 5), today(t))
		require.NoError(t, err)
		f := field(t, p, mrz.DocumentNumber)
		if f.Check == passport.Right {
			require.True(t, f.Doubtful, "the print was read otherwise than seen: it is said")
			continue
		}
		require.Equal(t, passport.Wrong, f.Check)
		require.Contains(t, p.Words, passport.Unsure)
		require.NotEqual(t, s.Document.Number, f.Value, "nothing is repaired by itself")
		if f.Suggested != "" {
			require.Equal(t, s.Document.Number, f.Suggested)
			return
		}
	}
	t.Fatal("no page had a suggestion")
}

func TestPicturesWithoutAPage(t *testing.T) {
	r := passport.NewReader(1)
	var plain bytes.Buffer
	require.NoError(t, jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 900, 600)), nil))
	_, err := r.Read(t.Context(), plain.Bytes(), today(t))
	require.ErrorIs(t, err, problem.New(problem.Invalid, "passport_no_zone"))
	_, err = r.Read(t.Context(), []byte("no picture"), today(t))
	require.ErrorIs(t, err, problem.New(problem.Invalid, "passport_picture"))
}

// Whoever waits no longer is told so; the reading that was begun keeps its turn until it ends.
func TestTimeIsBounded(t *testing.T) {
	c, r := country(t), passport.NewReader(1)
	file := taken(t, build(t, c, "genuine", 1).Pages[0], shots()["scanned"], 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
	defer cancel()
	<-ctx.Done()
	_, err := r.Read(ctx, file, today(t))
	require.ErrorIs(t, err, problem.New(problem.Unavailable, "passport_busy"))
	_, err = r.Read(t.Context(), file, today(t))
	require.NoError(t, err)
}

func BenchmarkRead(b *testing.B) {
	r := passport.NewReader(1)
	file := taken(b, build(b, country(b), "genuine", 1).Pages[0], shots()["photographed"], 1)
	for b.Loop() {
		_, err := r.Read(b.Context(), file, today(b))
		require.NoError(b, err)
	}
}
