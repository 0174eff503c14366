package visasview

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/ui/view"
)

// Quarantine is the page of parcels that cannot be used.
type Quarantine struct {
	Listed   paging.Listed[desk.Quarantined]
	After    string    // where the page begins
	Manage   bool      // may set aside
	Aside    uuid.UUID // that is being set aside; uuid.Nil: none
	Form     Form
	Failed   string
	Done     string
	DoneTone view.Tone
	Now      time.Time
}

// asked is the parcel that is being set aside.
func (p Quarantine) asked() (desk.Quarantined, bool) {
	n := slices.IndexFunc(p.Listed.Rows, func(q desk.Quarantined) bool { return q.ID == p.Aside && !q.SetAside })
	if n < 0 || !p.Manage {
		return desk.Quarantined{}, false
	}
	return p.Listed.Rows[n], true
}

func quarantineAddress(id uuid.UUID, act string) string {
	return "/visa-quarantine/" + id.String() + "/" + act
}
