package exhibits_test

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/exhibits"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// post is a crossing point's evidence on screen, with everything real below.
type post struct {
	*webtest.Site
	evidence *evidencedb.Store
	store    *stationdb.Store
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{}
	keys := t.TempDir()
	p.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) {
		wrapping, err := vault.OpenFiles(keys, rand.Reader, s.Clock.Now)
		require.NoError(t, err)
		p.evidence = evidencedb.New(evidencedb.Options{DB: s.DB, Wrapping: wrapping, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New})
		material, _ := trust.NewStore(nil, 7, s.Clock.Now())
		exhibits.Register(s.Server, exhibits.Options{
			Keeper: p.evidence, Verifier: exhibit.Verifier{Keeper: p.evidence, Now: s.Clock.Now, NewID: uuid.New},
			Trust: func() emrtd.Trust { return material },
		})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/exhibits") })
	}, func(o *web.Options) { o.Nav = append(o.Nav, exhibits.Nav()) })
	p.store = stationdb.New(p.DB, uuid.New, func() {}).Keeping(p.evidence)
	return p
}

// painted is a picture of one colour with a frame.
func painted(t testing.TB, w, h int, c color.Color, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			picture.Set(x, y, c)
			if x < 6 || y < 6 || x >= w-6 || y >= h-6 {
				picture.Set(x, y, color.Black)
			}
		}
	}
	var out bytes.Buffer
	require.NoError(t, encode(&out, picture))
	return out.Bytes()
}

func asJPEG(out *bytes.Buffer, m image.Image) error { return jpeg.Encode(out, m, nil) }

func asPNG(out *bytes.Buffer, m image.Image) error { return png.Encode(out, m) }

func reading(t testing.TB, at time.Time) *reader.Reading {
	return &reader.Reading{
		Device: reader.Device{Vendor: "Utopia Devices", Model: "R1", Simulated: true}, At: at,
		Images: []reader.Image{
			{Light: reader.White, MediaType: "image/jpeg", Data: painted(t, 500, 350, color.RGBA{200, 220, 240, 255}, asJPEG)},
			{Light: reader.Infrared, MediaType: "image/png", Data: painted(t, 500, 350, color.Gray{120}, asPNG)},
			{Light: reader.PortraitCut, MediaType: "text/html", Data: painted(t, 240, 320, color.RGBA{230, 200, 180, 255}, asPNG)},
		},
		Chip:     &reader.Chip{Access: "plain", Files: map[string][]byte{"DG1": []byte("no data group"), "SOD": []byte("no SOD")}},
		Barcodes: []reader.Barcode{{Symbology: "qr", Data: []byte("<script>alert(1)</script>")}},
	}
}

// decide has a counter read and decide. The finding of the day says that the SOD was understood, which it will not be again.
func (p *post) decide(t testing.TB, number string) border.CrossingEvent {
	t.Helper()
	return p.decideOn(t, number, reading(t, p.Clock.Now()))
}

func (p *post) decideOn(t testing.TB, number string, r *reader.Reading) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(number)
	scan.At, scan.Station, scan.Reading = p.Clock.Now(), webtest.Post, r
	require.NoError(t, p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event := bordertest.Event(scan, p.Clock.Now())
	event.Findings[0].Steps = []border.Step{{ID: "chip.sod_structure", Verdict: traveldoc.Pass}}
	event, err := p.store.Record(t.Context(), scan.ID, event, bordertest.Entry(audit.Collection, "crossing", scan.ID))
	require.NoError(t, err)
	return event
}

func (p *post) count(t testing.TB, from string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.DB.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n))
	return n
}

func (p *post) destroy(t testing.TB, e border.CrossingEvent) {
	t.Helper()
	require.NoError(t, p.DB.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := p.evidence.Destroy(t.Context(), tx, evidencedb.Whose{File: e.TravellerID}, "retention",
			bordertest.Entry(audit.Erasure, "evidence_key", e.TravellerID))
		return err
	}))
}

func exhibitNamed(e border.CrossingEvent, name string) border.Exhibit {
	for _, x := range e.Exhibits {
		if x.Name == name {
			return x
		}
	}
	return border.Exhibit{}
}

func purposeful(e border.CrossingEvent) audit.Entry {
	entry := bordertest.Entry(audit.Consultation, "crossing", e.CrossingID)
	entry.Purpose = "investigation"
	return entry
}
