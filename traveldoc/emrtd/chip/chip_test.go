package chip_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// field is a card in the field of a reader; cut, when set, takes it away after so many commands.
type field struct {
	*card.Card
	commands, cut int
}

func (f *field) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if f.commands++; f.cut > 0 && f.commands > f.cut {
		return nil, errors.New("no card")
	}
	return f.Card.Transmit(command), nil
}

type world struct {
	country  *specimen.Country
	document specimen.Document
	chip     *specimen.Chip
	password chip.Password
}

func newWorld(t testing.TB) world {
	t.Helper()
	today := traveldoc.DateOf(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), today)
	require.NoError(t, err)
	document, err := country.Passport(country.Person(1))
	require.NoError(t, err)
	made, err := country.Chip(document)
	require.NoError(t, err)
	zone, err := mrz.Parse(document.Zone, today, mrz.Training)
	require.NoError(t, err)
	password, ok := chip.PasswordOf(zone)
	require.True(t, ok)
	return world{country, document, made, password}
}

func (w world) card(t testing.TB, quirks card.Quirks, leave ...string) *field {
	t.Helper()
	files := map[string][]byte{}
	for name, data := range w.chip.Files {
		files[name] = data
	}
	for _, name := range leave {
		delete(files, name)
	}
	c, err := card.New(card.Config{Files: files, Zone: w.password.Zone, CAN: "123456", Answer: w.chip.Answer, Agreement: w.chip.AgreementKey, Random: rand.Reader, Quirks: quirks})
	require.NoError(t, err)
	return &field{Card: c}
}

func TestAChipIsReadWhateverWayItIsOpened(t *testing.T) {
	w := newWorld(t)
	can := w.password
	can.CAN = "123456"
	for name, c := range map[string]struct {
		card     *field
		password chip.Password
		access   string
	}{
		"PACE by the zone":          {w.card(t, card.Quirks{}), w.password, chip.AccessPACEZone},
		"PACE by the card's number": {w.card(t, card.Quirks{NeedsParameter: true}), can, chip.AccessPACECAN},
		"no CardAccess":             {w.card(t, card.Quirks{}, emrtd.FileCardAccess), w.password, chip.AccessBasic},
		"PACE offered and not done": {w.card(t, card.Quirks{NoPACE: true}), w.password, chip.AccessBasic},
		"master file refused":       {w.card(t, card.Quirks{NoMasterFile: true}), w.password, chip.AccessPACEZone},
		"short reads":               {w.card(t, card.Quirks{MaxRead: 96}), w.password, chip.AccessPACEZone},
		"very short reads, basic":   {w.card(t, card.Quirks{MaxRead: 20, NoPACE: true}), w.password, chip.AccessBasic},
		"no password asked":         {w.card(t, card.Quirks{Plain: true}, emrtd.FileCardAccess), chip.Password{}, chip.AccessPlain},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			read, err := chip.Read(t.Context(), c.card, c.password, rand.Reader, chip.Options{Progress: func(name string, n, of int) {
				require.LessOrEqual(t, n, of)
				told = append(told, name)
			}})
			require.NoError(t, err)
			require.Equal(t, c.access, read.Access)
			require.NotEmpty(t, told)
			require.Empty(t, read.Unread)
			for file, data := range read.Files {
				require.Equal(t, w.chip.Files[file], data, file)
			}
			for _, file := range []string{"COM", "SOD", "DG1", "DG2", "DG14", "DG15"} {
				require.Contains(t, read.Files, file)
			}
			require.Equal(t, reader.OK, read.ChipAuthentication)
			w.genuine(t, emrtd.EvidenceOf(read, specimen.State))
		})
	}
}

// genuine: what the card gave verifies as the files themselves do, and the chip is no copy.
func (w world) genuine(t *testing.T, e emrtd.Evidence) {
	t.Helper()
	var items []trust.Item
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, data := range w.country.Anchors() {
		items = append(items, trust.Import(name, data, trust.Options{Now: now, Origin: trust.Bilateral}).Items...)
	}
	store, refused := trust.NewStore(items, 1, now)
	require.Empty(t, refused)
	report := emrtd.Verify(e, store, now)
	for _, step := range report.Steps {
		require.NotEqual(t, traveldoc.Fail, step.Verdict, step.Name)
	}
	for _, name := range []string{emrtd.StepSignature, emrtd.StepChain, emrtd.StepHash(1), emrtd.StepHash(2), emrtd.StepActive} {
		step, ok := report.Step(name)
		require.True(t, ok)
		require.Equal(t, traveldoc.Pass.String(), step.Verdict.String(), name)
	}
}

func TestAnotherDocumentsZoneDoesNotOpenTheChip(t *testing.T) {
	w := newWorld(t)
	wrong := chip.Password{Zone: "L898902C<369080619406236"}
	for _, quirks := range []card.Quirks{{}, {NoPACE: true}} {
		_, err := chip.Read(t.Context(), w.card(t, quirks), wrong, rand.Reader, chip.Options{})
		require.ErrorIs(t, err, chip.ErrDenied)
	}
	_, err := chip.Read(t.Context(), w.card(t, card.Quirks{}), chip.Password{CAN: "000000"}, rand.Reader, chip.Options{})
	require.ErrorIs(t, err, chip.ErrDenied)
	_, err = chip.Read(t.Context(), w.card(t, card.Quirks{NoPACE: true}), chip.Password{CAN: "123456"}, rand.Reader, chip.Options{})
	require.Error(t, err)
}

// Wherever the card is taken away, an error says so, and what was read is given.
func TestACardThatIsTakenAwayIsSaid(t *testing.T) {
	w := newWorld(t)
	whole := w.card(t, card.Quirks{})
	_, err := chip.Read(t.Context(), whole, w.password, rand.Reader, chip.Options{Skip: []string{"DG2"}})
	require.NoError(t, err)
	for cut := 1; cut < whole.commands; cut++ {
		f := w.card(t, card.Quirks{})
		f.cut = cut
		read, err := chip.Read(t.Context(), f, w.password, rand.Reader, chip.Options{Skip: []string{"DG2"}})
		require.ErrorIs(t, err, chip.ErrGone, cut)
		if read != nil {
			for name, data := range read.Files {
				require.Equal(t, w.chip.Files[name], data)
			}
		}
	}
}

// liar is a card that changes one bit of one answer.
type liar struct {
	*field
	at, bit int
}

func (l *liar) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	r, err := l.field.Transmit(ctx, command)
	if l.commands == l.at && len(r) > 2 {
		r = append([]byte{}, r...)
		r[l.bit%(len(r)-2)] ^= 1 << (l.bit % 8)
	}
	return r, err
}

func TestNothingThatWasChangedOnTheWayIsTaken(t *testing.T) {
	w := newWorld(t)
	whole := w.card(t, card.Quirks{})
	_, err := chip.Read(t.Context(), whole, w.password, rand.Reader, chip.Options{Skip: []string{"DG2"}})
	require.NoError(t, err)
	for at := 1; at <= whole.commands; at++ {
		read, err := chip.Read(t.Context(), &liar{w.card(t, card.Quirks{}), at, 7 * at}, w.password, rand.Reader, chip.Options{Skip: []string{"DG2"}})
		if read == nil {
			require.Error(t, err)
			continue
		}
		for name, data := range read.Files {
			if name != emrtd.FileCardAccess { // which is read in the clear
				require.Equal(t, w.chip.Files[name], data, "command %d", at)
			}
		}
	}
}

func TestThePasswordIsThatOfTheStandardsExample(t *testing.T) {
	d, err := mrz.Parse("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236ZE184226B<<<<<14", traveldoc.DateOf(time.Now()), mrz.Training)
	require.NoError(t, err)
	p, ok := chip.PasswordOf(d)
	require.True(t, ok)
	require.Equal(t, "L898902C<369080619406236", p.Zone)
}

func BenchmarkRead(b *testing.B) {
	w := newWorld(b)
	for _, c := range []struct {
		name   string
		quirks card.Quirks
	}{{"pace", card.Quirks{}}, {"bac", card.Quirks{NoPACE: true}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				_, err := chip.Read(b.Context(), w.card(b, c.quirks), w.password, rand.Reader, chip.Options{})
				require.NoError(b, err)
			}
		})
	}
}
