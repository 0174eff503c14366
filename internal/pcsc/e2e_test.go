package pcsc

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pcsc/pcsctest"
	"github.com/openbmis/openbmis/internal/pcsc/vpcd"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// passport is a document of Utopia with its chip on the virtual reader.
type passport struct {
	country  *specimen.Country
	chip     *specimen.Chip
	password chip.Password
}

func newPassport(t *testing.T) passport {
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
	return passport{country, made, password}
}

// put lays the chip on the reader until take is called.
func (p passport) put(t *testing.T, address string, quirks card.Quirks) (take func()) {
	t.Helper()
	c, err := card.New(card.Config{
		Files: p.chip.Files, Zone: p.password.Zone, Answer: p.chip.Answer, Agreement: p.chip.AgreementKey, Random: rand.Reader, Quirks: quirks,
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	link, err := vpcd.Connect(ctx, address, c)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- link.Serve(ctx) }()
	taken := false
	take = func() {
		if !taken {
			taken = true
			cancel()
			<-ended // without an error, unless the driver went first
		}
	}
	t.Cleanup(take)
	return take
}

// judge gives the verdicts on what a reader read, with the country's own trust material.
func (p passport) judge(t *testing.T) func(read *reader.Chip) emrtd.Report {
	t.Helper()
	var items []trust.Item
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, data := range p.country.Anchors() {
		items = append(items, trust.Import(name, data, trust.Options{Now: now, Origin: trust.Bilateral}).Items...)
	}
	store, refused := trust.NewStore(items, 1, now)
	require.Empty(t, refused)
	return func(read *reader.Chip) emrtd.Report {
		return emrtd.Verify(emrtd.EvidenceOf(read, specimen.State), store, now)
	}
}

func present(name string) func([]Reader) bool {
	return func(readers []Reader) bool {
		return slices.ContainsFunc(readers, func(r Reader) bool { return r.Name == name && r.Present })
	}
}

func absent(name string) func([]Reader) bool {
	return func(readers []Reader) bool { return !present(name)(readers) }
}

// The whole way: emulated card, virtual reader, the real daemon, this client, the reading of the chip and the verdicts on it.
func TestAChipIsReadThroughTheRealDaemon(t *testing.T) {
	device := pcsctest.Start(t)
	p := newPassport(t)
	judge := p.judge(t)
	client, err := connect(t.Context(), Options{})
	require.NoError(t, err)
	known, err := client.Readers(t.Context())
	require.NoError(t, err)
	require.Equal(t, device.Name, known[0].Name)
	require.False(t, known[0].Present)

	for _, quirks := range []card.Quirks{{}, {NoPACE: true}} {
		take := p.put(t, device.Address, quirks)
		found, err := client.Wait(t.Context(), present(device.Name))
		require.NoError(t, err)
		require.Equal(t, []byte{0x3B, 0x88}, found[0].ATR[:2])
		on, err := client.Connect(t.Context(), device.Name, Exclusive)
		require.NoError(t, err)
		require.Equal(t, T1, on.Protocol())
		now, err := client.Readers(t.Context())
		require.NoError(t, err)
		require.True(t, now[0].Exclusive)

		read, err := chip.Read(t.Context(), on, p.password, rand.Reader, chip.Options{})
		require.NoError(t, err)
		require.Empty(t, read.Unread)
		for name, data := range read.Files {
			require.Equal(t, p.chip.Files[name], data, name)
		}
		require.Len(t, read.Files, len(p.chip.Files))
		require.Equal(t, judge(&reader.Chip{Files: p.chip.Files, Active: read.Active, ChipAuthentication: reader.OK}).Steps, judge(read).Steps)
		report := judge(read)
		active, _ := report.Step(emrtd.StepActive)
		require.Equal(t, traveldoc.Pass, active.Verdict)
		require.NoError(t, on.Disconnect(t.Context(), Reset))
		take()
		_, err = client.Wait(t.Context(), absent(device.Name))
		require.NoError(t, err)
	}
	require.NoError(t, client.Close())
}

// A card that is taken off in the middle, and a daemon that is stopped, end the reading; what was read before is given.
func TestWhatGoesAwayWhileReadingIsSaid(t *testing.T) {
	device := pcsctest.Start(t)
	p := newPassport(t)
	client, err := connect(t.Context(), Options{})
	require.NoError(t, err)
	read, err := p.interrupted(t, client, device, func(take func()) { take() })
	require.ErrorIs(t, err, chip.ErrGone)
	require.Equal(t, p.chip.Files["DG1"], read.Files["DG1"])
	require.NotContains(t, read.Files, "DG2")
	_, err = client.Wait(t.Context(), absent(device.Name))
	require.NoError(t, err)
	read, err = p.interrupted(t, client, device, func(func()) { device.Stop() })
	require.ErrorIs(t, err, chip.ErrGone)
	require.ErrorIs(t, err, ErrNoService)
	require.NotContains(t, read.Files, "DG2")
}

// interrupted reads the chip until DG2 would be next; then something goes away.
func (p passport) interrupted(t *testing.T, client *Client, device pcsctest.Reader, away func(take func())) (*reader.Chip, error) {
	t.Helper()
	take := p.put(t, device.Address, card.Quirks{})
	_, err := client.Wait(t.Context(), present(device.Name))
	require.NoError(t, err)
	on, err := client.Connect(t.Context(), device.Name, Exclusive)
	require.NoError(t, err)
	read, err := chip.Read(t.Context(), on, p.password, rand.Reader, chip.Options{Progress: func(name string, _, _ int) {
		if name == "DG2" {
			away(take)
		}
	}})
	_ = on.Disconnect(t.Context(), Leave) // gives a card that is gone up
	return read, err
}
