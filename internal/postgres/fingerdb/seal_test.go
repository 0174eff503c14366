package fingerdb_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
)

// enrol takes and decides, and gives the prints as they were taken.
func (p *post) enrol(number string, quality int, findings ...border.Finding) (uuid.UUID, []fingers.Print) {
	p.Helper()
	scan := p.open(number)
	_, prints := p.take(scan, quality)
	e := p.decide(scan, findings...)
	return e.TravellerID, prints
}

// swap exchanges the sealed bytes of two rows, as somebody would who may write to the database: bytes, digests and all.
func (p *post) swap(printA, kindA, printB, kindB any) {
	p.Helper()
	var a, b []byte
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT digest FROM biometric.sealed WHERE id = $1 AND kind = $2`, printA, kindA).Scan(&a))
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT digest FROM biometric.sealed WHERE id = $1 AND kind = $2`, printB, kindB).Scan(&b))
	_, err := p.db.Pool.Exec(p.Context(), `UPDATE biometric.blob x SET sealed = y.sealed, size = y.size FROM biometric.blob y
		WHERE x.digest IN ($1, $2) AND y.digest IN ($1, $2) AND x.digest <> y.digest`, a, b)
	require.NoError(p, err)
}

func template(f biometrics.Position) string { return fingerdb.BlobKind(fingerdb.Template, f) }

// What one row holds opens nowhere else: not as another finger, another person, another print, another thing or another form.
func TestSwappedRowsDoNotOpen(t *testing.T) {
	index, middle := biometrics.RightIndex, biometrics.RightMiddle
	p, persons := newPost(t), 0
	for name, change := range map[string]func(p *post, mine, other, later []fingers.Print){
		"another finger of the same person": func(p *post, mine, _, _ []fingers.Print) {
			p.swap(mine[0].ID, template(index), mine[1].ID, template(middle))
		},
		"the same finger of another person": func(p *post, mine, other, _ []fingers.Print) {
			p.swap(mine[0].ID, template(index), other[0].ID, template(index))
		},
		"the same finger as it was taken before": func(p *post, mine, _, later []fingers.Print) {
			p.swap(later[0].ID, template(index), mine[0].ID, template(index))
		},
		"the image in place of the template": func(p *post, mine, _, _ []fingers.Print) {
			p.swap(mine[0].ID, template(index), mine[0].ID, fingerdb.BlobKind(fingerdb.Image, index))
		},
		"another form": func(p *post, mine, _, _ []fingers.Print) {
			p.exec(`UPDATE biometric.sealed SET version = 2 WHERE id = $1`, mine[0].ID)
		},
		"told to be another finger": func(p *post, mine, _, _ []fingers.Print) {
			p.exec(`UPDATE biometric.print SET position = $2 WHERE id = $1`, mine[0].ID, middle)
		},
		"told to be another finger, seal and all": func(p *post, mine, _, _ []fingers.Print) {
			p.exec(`UPDATE biometric.print SET position = $2 WHERE id = $1`, mine[0].ID, middle)
			p.exec(`UPDATE biometric.sealed SET kind = replace(kind, 'index', 'middle') WHERE id = $1`, mine[0].ID)
		},
		"told to be another person's": func(p *post, mine, other, _ []fingers.Print) {
			p.exec(`UPDATE biometric.print SET link = (SELECT link FROM biometric.print WHERE id = $2) WHERE id = $1`, mine[0].ID, other[0].ID)
		},
		"told to be another person's, key and all": func(p *post, mine, other, _ []fingers.Print) {
			p.exec(`UPDATE biometric.print SET link = (SELECT link FROM biometric.print WHERE id = $2) WHERE id = $1`, mine[0].ID, other[0].ID)
			p.exec(`UPDATE biometric.sealed SET key_id = (SELECT link FROM biometric.print WHERE id = $2) WHERE id = $1`, mine[0].ID, other[0].ID)
		},
		"one bit": func(p *post, mine, _, _ []fingers.Print) {
			p.exec(`UPDATE biometric.blob SET sealed = set_bit(sealed, 100, 1 - get_bit(sealed, 100)) WHERE digest IN
				(SELECT digest FROM biometric.sealed WHERE id = $1)`, mine[0].ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			persons += 2
			number := fmt.Sprintf("L8989%02d", persons)
			file, mine := p.enrol(number, 60)
			_, other := p.enrol(number+"X", 60)
			p.clock.move(time.Hour)
			_, later := p.enrol(number, 60, finding(fingers.CodeMatch, 80))
			p.gallery()
			before := p.prints.Unreadable()
			change(p, mine, other, later)

			scan := p.open(number)
			_, err := p.prints.Known(t.Context(), subject(scan))
			_, shown := p.prints.Image(t.Context(), mine[0].ID, entry("print", mine[0].ID))
			require.True(t, err != nil || shown != nil, "somebody else's print was taken for his")
			require.Error(t, shown, "the print of file %s is shown", file)
			require.NotErrorIs(t, shown, fingers.ErrNoPrint)
			all := p.gallery()
			require.Greater(t, p.prints.Unreadable(), before, "and the gallery says that something does not open")
			require.Len(t, all, persons, "everybody else is there all the same")
		})
	}
}

func (p *post) exec(sql string, args ...any) {
	p.Helper()
	tag, err := p.db.Pool.Exec(p.Context(), sql, args...)
	require.NoError(p, err)
	require.NotZero(p, tag.RowsAffected(), sql)
}

// A dump of the database holds no template and no image, and its biometric part nothing that names anybody or leads to him.
func TestADumpHoldsNoPrint(t *testing.T) {
	p := newPost(t)
	file, prints := p.enrol("L898902C3", 60)
	var plain [][]byte
	for _, one := range prints {
		template, err := one.Template.MarshalBinary()
		require.NoError(t, err)
		image, err := fingerdb.EncodeImage(*one.Image)
		require.NoError(t, err)
		plain = append(plain, template[len(template)-64:], image[len(image)-64:], one.Image.Pix[:64])
	}
	seen := 0
	for _, table := range p.tables() {
		dump := p.dump(table)
		for _, secret := range plain {
			require.False(t, bytes.Contains(dump, secret), table)
			require.NotContains(t, string(dump), hex.EncodeToString(secret), table)
		}
		if !strings.HasPrefix(table, "biometric.") {
			continue
		}
		seen++
		for _, name := range []string{"ERIKSSON", "ANNA", "L898902C3", "officer.one", file.String()} {
			require.NotContains(t, string(dump), name, table)
		}
	}
	require.Equal(t, 5, seen)
	require.Zero(t, p.count(`(SELECT id FROM scan INTERSECT SELECT id FROM biometric.print) x`))
	require.Zero(t, p.count(`(SELECT mark FROM biometric.sealed GROUP BY mark HAVING count(*) > 1) x`))
}

func (p *post) tables() []string {
	p.Helper()
	rows, err := p.db.Pool.Query(p.Context(), `SELECT table_schema || '.' || table_name FROM information_schema.tables
		WHERE table_schema IN ('public', 'biometric') AND table_type = 'BASE TABLE'`)
	require.NoError(p, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(p, err)
	return list
}

func (p *post) dump(table string) []byte {
	p.Helper()
	conn, err := p.db.Pool.Acquire(p.Context())
	require.NoError(p, err)
	defer conn.Release()
	var out bytes.Buffer
	_, err = conn.Conn().PgConn().CopyTo(p.Context(), &out, `COPY (SELECT * FROM `+table+`) TO STDOUT`)
	require.NoError(p, err)
	return out.Bytes()
}

func TestADestroyedKeyMeansThatNobodyReads(t *testing.T) {
	p := newPost(t)
	file, mine := p.enrol("L898902C3", 60)
	_, other := p.enrol("D23145890", 60)
	scan := p.open("L898902C3")
	require.Len(t, p.gallery(), 2)

	require.Equal(t, 1, p.destroy(file))
	require.Zero(t, p.destroy(file), "twice is once")
	known := p.known(scan)
	require.Empty(t, known.References)
	require.Equal(t, uuid.Nil, known.Link)
	_, err := p.prints.Image(t.Context(), mine[0].ID, entry("print", mine[0].ID))
	require.ErrorIs(t, err, fingerdb.ErrDestroyed)
	_, err = p.prints.Image(t.Context(), other[0].ID, entry("print", other[0].ID))
	require.NoError(t, err, "another person's prints are as they were")
	require.Len(t, p.gallery(), 1)
	require.Equal(t, 1, p.count(`biometric.link_key WHERE wrapped IS NULL AND destroyed_at IS NOT NULL`))
	require.Equal(t, 8, p.count(`biometric.sealed WHERE mark IS NULL`))
	require.Equal(t, 8, p.count(`biometric.blob WHERE sealed IS NULL AND state = 'destroyed'`))
	require.Equal(t, 4, p.count(`biometric.print WHERE state = 'erased' AND ground = 'retention'`))
	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1, "nobody is searched for who is erased")

	stones, err := p.prints.Tombstones(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, stones, 1)
	require.Equal(t, "print", stones[0].Kind)
	require.Equal(t, "retention", stones[0].Ground)
	require.NoError(t, p.prints.Told(t.Context(), stones[0].Key))
	stones, err = p.prints.Tombstones(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, stones)

	p.take(scan, 60)
	p.decide(scan)
	require.Len(t, p.known(p.open("L898902C3")).References, 4, "who comes again is enrolled anew")
	require.Equal(t, 3, p.count("biometric.link_key"), "under a key of his own")
}

func TestABackupOlderThanTheKeysIsDead(t *testing.T) {
	p := newPost(t)
	_, prints := p.enrol("L898902C3", 60)
	month := p.clock.now().UTC().Format("2006-01")
	var backup []byte
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT wrapped FROM biometric.link_key`).Scan(&backup))
	keep := fingerdb.Keeping{Apart: time.Hour, Sent: time.Hour, Generations: 35 * 24 * time.Hour}
	for range 4 {
		p.clock.move(31 * 24 * time.Hour)
		require.NoError(t, p.prints.Maintain(t.Context(), keep))
		_, err := p.prints.Image(t.Context(), prints[0].ID, entry("print", prints[0].ID))
		require.NoError(t, err, "rotation changes nothing for readers")
	}
	generations, err := p.keys.Generations()
	require.NoError(t, err)
	require.NotContains(t, generations, month)
	require.Equal(t, 1, p.count(`biometric.link_key WHERE generation = $1`, generations[len(generations)-1]))

	p.exec(`UPDATE biometric.link_key SET wrapped = $1, generation = $2`, backup, month)
	_, err = p.prints.Image(t.Context(), prints[0].ID, entry("print", prints[0].ID))
	require.ErrorIs(t, err, fingerdb.ErrDestroyed, "the restored key opens nothing any more")
	require.Empty(t, p.known(p.open("L898902C3")).References)
}

func TestTheApplicationDeletesNoPrint(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	for _, table := range []string{"biometric.print", "biometric.sealed", "biometric.blob", "biometric.link_key", "biometric.key_tombstone", "finger_taking"} {
		require.Equal(t, 1, p.count(`(SELECT 1 WHERE NOT has_table_privilege('bmis_app', $1, 'DELETE')) x`, table), table)
	}
}

func TestKindsSayWhatAndWhichFinger(t *testing.T) {
	for _, f := range biometrics.Fingers() {
		for _, what := range []string{fingerdb.Template, fingerdb.Image} {
			kind := fingerdb.BlobKind(what, f)
			require.LessOrEqual(t, len(kind), 32, "the line takes no longer one")
			gotWhat, got, err := fingerdb.ParseBlobKind(kind)
			require.NoError(t, err)
			require.Equal(t, what, gotWhat)
			require.Equal(t, f, got)
		}
	}
	for _, bad := range []string{"", "page", "print.", "print.template", "print.template.", "print.template.thumb", "print.template.right_four", "print.key.right_index"} {
		_, _, err := fingerdb.ParseBlobKind(bad)
		require.Error(t, err, bad)
	}
}
