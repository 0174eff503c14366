package central

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/migrations"
)

// Notices and the portal call a post what people call it, from when it was enrolled.
func TestPostsAreCalledByTheirNames(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	posts, names := enrolment.New(db, nil, time.Now, rand.Reader), &postNames{}
	require.Equal(t, "xaa-apt", names.of("xaa-apt"))
	_, err := db.Pool.Exec(t.Context(), `INSERT INTO station (id, name, transport, zone, created_at) VALUES ('xaa-apt', 'Lanet airport', 'air', 'UTC', now())`)
	require.NoError(t, err)
	require.NoError(t, names.read(t.Context(), posts))
	require.Equal(t, "Lanet airport", names.of("xaa-apt"))
	require.Equal(t, "elsewhere", names.of("elsewhere"))
}
