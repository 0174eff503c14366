package visadb_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/traveldoc"
)

// press prints, and keeps what was handed over.
type press struct {
	fail, away error
	meanwhile  func()
	handed     []evisa.Visa
}

func (p *press) printing() visadb.Printing {
	return visadb.Printing{
		Print: func(_ context.Context, v evisa.Visa, language string) ([]byte, error) {
			if p.meanwhile != nil {
				p.meanwhile()
			}
			return []byte(language), p.fail
		},
		Put: func(_ context.Context, _ pgx.Tx, v evisa.Visa, _ []byte) error {
			if p.away == nil {
				p.handed = append(p.handed, v)
			}
			return p.away
		},
	}
}

func (d *desk) print(p *press) {
	for more := true; more; {
		var err error
		more, err = d.reg.PrintNotice(d.ctx, p.printing(), slog.New(slog.DiscardHandler))
		require.NoError(d.t, err)
	}
}

// A notice is printed again and again until it is handed over.
func TestANoticeIsTriedUntilItIsHandedOver(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	p := &press{fail: errors.New("no browser")}
	d.print(p)
	p.fail, p.away = nil, portaldb.ErrNoPortal
	d.now = d.now.Add(time.Hour)
	d.print(p)
	require.Equal(t, 1, d.count(`visa_notice_work WHERE tries = 2`))
	d.print(p) // it waits
	require.Equal(t, 1, d.count(`visa_notice_work WHERE tries = 2`))
	p.away = nil
	d.now = d.now.Add(time.Hour)
	d.print(p)
	require.Equal(t, []evisa.Visa{v}, p.handed)
	require.Zero(t, d.count(`visa_notice_work`))
}

// What was revoked, also while it was being printed, is not handed over; what was issued anew is, once.
func TestNoNoticeOfWhatIsNotInForce(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	p := &press{}
	p.meanwhile = func() {
		p.meanwhile = nil
		_, err := d.reg.Revoke(d.ctx, v.Number, act("alert", 1))
		require.NoError(t, err)
	}
	d.print(p)
	require.Empty(t, p.handed)
	w := d.issued(grant(anna()))
	anew, err := d.reg.Reissue(d.ctx, w.Number, traveldoc.Document{Code: "P", Number: "X1234567", IssuingState: "UTO", ExpiryDate: date("2036-01-01")}, act("", 1))
	require.NoError(t, err)
	d.print(p)
	require.Equal(t, []evisa.Visa{anew}, p.handed)
	require.Zero(t, d.count(`visa_notice_work`))
}
