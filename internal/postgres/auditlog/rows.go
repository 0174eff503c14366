package auditlog

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
)

// contentColumns are the columns of an audit row in the order that rawRow expects: id, at, result_count, then the fields
// of the leaf. They are read in PostgreSQL's binary format and hashed as they come.
const contentColumns = `a.id, a.at, a.result_count, a.actor, a.role, a.post, a.lane, a.workstation, a.verb, a.object_kind,
	a.object_id, a.purpose, a.justification, a.decision, a.query_hmac, a.commitment`

const contentCount = 3 + audit.FieldCount

// pgEpochMicros is 2000-01-01T00:00:00Z, PostgreSQL's zero, in microseconds since 1970.
const pgEpochMicros = 946_684_800_000_000

// errNull is a NULL where the schema allows none: somebody has changed the schema and the row.
var errNull = errors.New("a column is NULL")

// binaryResults asks for every column in binary, with a plan that is prepared once.
var binaryResults = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// rawRow is an audit row as the wire brought it; its fields are valid until the next row is read.
type rawRow struct {
	id, atMicros, results int64
	fields                [audit.FieldCount][]byte
}

// read takes the row; with errNull only its id is valid.
func (r *rawRow) read(values [][]byte) error {
	if len(values) != contentCount {
		return fmt.Errorf("audit row: expected %d columns, got %d", contentCount, len(values))
	}
	if len(values[0]) != 8 {
		return errors.New("audit row: id: expected 8 bytes")
	}
	r.id = bigint(values[0])
	for _, v := range values {
		if v == nil {
			return errNull
		}
	}
	if len(values[1]) != 8 || len(values[2]) != 4 {
		return errors.New("audit row: at, result_count: expected 8 and 4 bytes")
	}
	r.atMicros = bigint(values[1]) + pgEpochMicros
	r.results = int64(int32(binary.BigEndian.Uint32(values[2]))) //nolint:gosec // two's complement on the wire
	copy(r.fields[:], values[3:])
	return nil
}

// encode appends the canonical bytes of the row as leaf no.
func (r *rawRow) encode(dst []byte, no int64) []byte {
	return audit.AppendRaw(dst, no, r.id, r.atMicros, r.results, &r.fields)
}

func bigint(b []byte) int64 {
	return int64(binary.BigEndian.Uint64(b)) //nolint:gosec // two's complement on the wire
}
