package filesview

import (
	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// Act is what the repair desk does to a file.
type Act string

// The acts. Each but the last has a tab of the repair page.
const (
	ActSupply    Act = "supply"
	ActVoid      Act = "void"
	ActSwap      Act = "swap"
	ActAuthorise Act = "authorisation"
)

// RepairActs are the tabs of the repair page.
func RepairActs() []Act { return []Act{ActSupply, ActVoid, ActSwap} }

// Fields are the names of an act's fields.
func (a Act) Fields() []string {
	return map[Act][]string{
		ActSupply:    {"direction", "date", "clock", "station", "origin", "basis", "until", "ground", "evidence"},
		ActVoid:      {"movement", "ground", "evidence"},
		ActSwap:      {"movement", "movement_two", "evidence"},
		ActAuthorise: {"kind", "date", "until", "authority", "place", "sticker", "supersedes", "ground", "evidence"},
	}[a]
}

// Repair is a page of the repair desk: first the form, then, with Preview, what it would change and the way to save it.
type Repair struct {
	ID       uuid.UUID
	Act      Act
	Identity traveldoc.Identity
	History  stay.History
	file.Seen
	Form    Form
	Failed  string
	Preview *file.Preview
	MaxMB   int
}

func (p Repair) url() templ.SafeURL {
	if p.Act == ActAuthorise {
		return templ.SafeURL("/files/" + p.ID.String() + "/authorisation")
	}
	return templ.SafeURL("/files/" + p.ID.String() + "/repair?act=" + string(p.Act))
}

func (p Repair) title() text.Key {
	if p.Act == ActAuthorise {
		return text.FilesAuthorisation
	}
	return text.FilesRepair
}
