package fingerdb_test

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// full makes a print of the size that a reader gives: 300 by 400 pixels with ridges, and a template of as many minutiae as a print has.
func (p *post) full(position biometrics.Position) fingers.Print {
	one := p.random(position, 60)
	m := biometrics.Image{Width: 300, Height: 400, PPI: 500, Pix: make([]byte, 300*400)}
	for n := range m.Pix {
		m.Pix[n] = byte(int(one.Image.Pix[n%len(one.Image.Pix)]) + n%3)
	}
	one.Image = &m
	one.Template.Field = &fingerprint.Field{Columns: 19, Rows: 25, Orientation: make([]uint8, 19*25)}
	for n := range one.Template.Field.Orientation {
		one.Template.Field.Orientation[n] = uint8(n * p.made)
	}
	return one
}

func (p *post) four() []fingers.Print {
	var prints []fingers.Print
	for _, f := range rightFour() {
		prints = append(prints, p.full(f))
	}
	return prints
}

// Four fingers as a reader gives them, encoded as WSQ, sealed and committed.
func BenchmarkKeep(b *testing.B) {
	p := newPost(b)
	prints := p.four()
	var scans []border.Scan
	b.ResetTimer()
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		if len(scans) == 0 {
			for m := range 50 {
				scans = append(scans, p.open(fmt.Sprintf("K%07d", n+m)))
			}
		}
		scan := scans[0]
		scans = scans[1:]
		for i := range prints {
			prints[i].ID = uuid.New()
		}
		taking := p.taking(scan, prints)
		b.StartTimer()
		require.NoError(b, p.prints.Keep(b.Context(), taking, prints, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	}
}

// A decision with the prints of four fingers, of somebody new and of somebody known, beside one without any.
func BenchmarkSettle(b *testing.B) {
	for name, known := range map[string]bool{"new": false, "known": true} {
		b.Run(name, func(b *testing.B) { benchmarkDecision(b, true, known) })
	}
	b.Run("without", func(b *testing.B) { benchmarkDecision(b, false, false) })
}

func benchmarkDecision(b *testing.B, with, known bool) {
	p := newPost(b)
	number := func(n int) string { return fmt.Sprintf("S%07d", n) }
	if known {
		number = func(n int) string { return fmt.Sprintf("S%07d", n%20) } // each has been here often
	}
	b.ResetTimer()
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		p.clock.move(time.Second)
		scan := p.open(number(n))
		if with {
			p.take(scan, 40+n%50)
		}
		b.StartTimer()
		p.decide(scan, finding(fingers.CodeMatch, 80))
	}
}

// fill enrols persons at once: each has a key of his own and templates of four fingers sealed under it.
func (p *post) fill(n int) {
	p.Helper()
	template, err := p.full(biometrics.RightIndex).Template.MarshalBinary()
	require.NoError(p, err)
	var keys, prints, sealed, blobs [][]any
	now := p.clock.now()
	for range n {
		key, row, err := sealdb.NewKey(uuid.New(), rand.Reader, p.keys)
		require.NoError(p, err)
		keys = append(keys, []any{row.ID, row.Generation, row.Wrapped, now})
		for _, f := range rightFour() {
			id, kind := uuid.New(), fingerdb.BlobKind(fingerdb.Template, f)
			bytes, err := key.Seal(vault.Place{Kind: kind, Exhibit: id, Version: fingerdb.Version}, template)
			require.NoError(p, err)
			digest := sha256.Sum256(bytes)
			prints = append(prints, []any{id, row.ID, int16(f), int16(60), "reference", now, "test-air"})
			sealed = append(sealed, []any{id, row.ID, kind, int32(len(template)), int16(fingerdb.Version), digest[:]})
			blobs = append(blobs, []any{digest[:], int32(len(bytes)), bytes})
		}
	}
	p.copy("link_key", keys, "id", "generation", "wrapped", "created_at")
	p.copy("print", prints, "id", "link", "position", "quality", "state", "taken_at", "station")
	p.copy("sealed", sealed, "id", "key_id", "kind", "size", "version", "digest")
	p.copy("blob", blobs, "digest", "size", "sealed")
	_, err = p.db.Pool.Exec(p.Context(), `ANALYZE biometric.print, biometric.sealed, biometric.blob, biometric.link_key`)
	require.NoError(p, err)
}

func (p *post) copy(table string, rows [][]any, columns ...string) {
	p.Helper()
	_, err := p.db.Pool.CopyFrom(p.Context(), pgx.Identifier{"biometric", table}, columns, pgx.CopyFromRows(rows))
	require.NoError(p, err)
}

// Everybody's references read, opened and decoded, as a station does when it starts; a person has four fingers.
func BenchmarkLoad10000(b *testing.B) {
	const persons = 10000
	p := newPost(b)
	p.fill(persons)
	b.ResetTimer()
	for b.Loop() {
		require.Len(b, p.gallery(), persons)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*persons), "us/person")
}

// The same into the engine, ready to be searched.
func BenchmarkLoadGallery1000(b *testing.B) {
	const persons = 1000
	p := newPost(b)
	p.fill(persons)
	b.ResetTimer()
	for b.Loop() {
		engine := abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now)
		_, err := p.prints.Each(b.Context(), func(link uuid.UUID, prints []fingers.Print) error {
			list := make([]abis.Finger, len(prints))
			for n, one := range prints {
				list[n] = abis.Finger{Position: one.Position, Template: one.Template}
			}
			return engine.Insert(b.Context(), link, list)
		})
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*persons), "us/person")
}

// What the check reads of a known traveller: three impressions of four fingers.
func BenchmarkKnown(b *testing.B) {
	p := newPost(b)
	for n := range 4 {
		scan := p.open("L898902C3")
		p.take(scan, 50+n)
		p.decide(scan, finding(fingers.CodeMatch, 80))
		p.clock.move(time.Second)
	}
	scan := p.open("L898902C3")
	b.ResetTimer()
	for b.Loop() {
		require.Len(b, p.known(scan).References, 12)
	}
}
