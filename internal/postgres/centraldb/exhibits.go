package centraldb

import (
	"github.com/google/uuid"
)

// nameExhibits remembers what a crossing names of evidence. What is here already, or was destroyed, is not missing.
const nameExhibits = `
INSERT INTO exhibit_named (crossing_id, exhibit_id, position, station, key_id, kind, name, media_type, size, digest, named_at, settled_at)
SELECT n.crossing_id, n.exhibit_id, n.position, $10, n.key_id, n.kind, n.name, n.media_type, n.size, n.digest, $1, coalesce(b.received_at, k.destroyed_at)
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bytea[], $11::integer[])
        AS n (crossing_id, exhibit_id, key_id, kind, name, media_type, size, digest, position)
    LEFT JOIN exhibit_blob b ON b.station = $10 AND b.digest = n.digest
    LEFT JOIN person_key k ON k.id = n.key_id AND k.station = $10 AND k.destroyed_at IS NOT NULL
ON CONFLICT (crossing_id, exhibit_id) DO NOTHING`

// addExhibits stores which evidence the crossings name, in one statement: its bytes come apart from the events, or have come.
func (b *batch) addExhibits(crossings []*crossingRow) {
	var of, ids, keys []uuid.UUID
	var kinds, names, types []string
	var sizes []int64
	var digests [][]byte
	var positions []int
	for _, c := range crossings {
		for n, x := range c.Exhibits {
			of, ids, keys = append(of, c.CrossingID), append(ids, x.ID), append(keys, x.Key)
			kinds, names, types = append(kinds, string(x.Kind)), append(names, x.Name), append(types, x.MediaType)
			sizes, digests = append(sizes, int64(x.Size)), append(digests, x.Digest)
			positions = append(positions, n)
		}
	}
	if len(ids) > 0 {
		b.out.Queue(nameExhibits, b.receivedAt, of, ids, keys, kinds, names, types, sizes, digests, b.station, positions)
	}
}
