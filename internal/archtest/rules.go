package archtest

import (
	"path"
	"slices"
	"strings"
)

// House is the set of rules: which folders there are, how high each stands, and what may be imported only in certain places.
type House struct {
	Rooms []Room
	Bans  []Ban
	Names []Name
}

// Room is a folder with its sub-folders, unless a longer Path covers them. A room imports rooms of a lower level and itself.
type Room struct {
	Path    string
	Level   int
	Group   string // rooms of one group may import one another
	Support bool   // for tests: imported by test files and other support only, and itself free to look everywhere
}

// Ban keeps an import to certain places.
type Ban struct {
	Imports []string // import paths; PATH/... means PATH and everything below it
	Within  []string // where the ban holds; empty: everywhere
	Except  []string // folders below which the import is allowed
	Tests   bool     // holds in test files too
	Support bool     // does not hold in support rooms
	Why     string
}

// Name demands that a folder is imported under a certain name.
type Name struct{ Folder, Name string }

// Levels of the house, top to bottom. The screens of ui stand on web, which stands on view, which stands on the texts.
const (
	programs  = 80
	wiring    = 70
	screens   = 63
	web       = 62
	view      = 61
	texts     = 60
	database  = 50
	readSide  = 40
	plugins   = 30
	domain    = 20
	outside   = 35
	devices   = 15
	plumbing  = 10
	basics    = 0
	testsOnly = 90
)

// OpenBMIS is the house of this repository.
func OpenBMIS() House {
	return House{Rooms: slices.Concat(
		rooms(programs, "", "cmd/station", "cmd/central", "cmd/portal", "cmd/bmis"),
		rooms(wiring, "", "cmd/internal"),
		rooms(screens, "", "ui/counter", "ui/secondline", "ui/files", "ui/protection", "ui/refusals", "ui/receipts", "ui/rechecks", "ui/groups", "ui/passes", "ui/shifts", "ui/readers", "ui/exhibits", "ui/trust", "ui/training", "ui/lists", "ui/hits", "ui/fingers", "ui/adjudication", "ui/biometrics", "ui/desk", "ui/analyst", "ui/visaportal", "ui/admin", "ui/signin", "ui/passengers", "ui/boarding", "ui/expected", "ui/risk", "ui/carriers", "ui/carrierportal", "ui/unmask", "ui/visas", "ui/visanotice", "ui/entryrules"),
		rooms(web, "", "ui/web"),
		rooms(view, "", "ui/view"),
		rooms(texts, "", "ui/text", "ui/assets"),
		rooms(database, "", "internal/postgres"),
		rooms(readSide, "", "central"),
		rooms(outside, "", "internal/interpolhttp", "internal/sbihttp", "internal/abisnats", "internal/visahttp", "internal/payhttp"),
		rooms(plugins, "", "alerts", "api_pnr", "evisa", "replication"),
		rooms(domain, "", "border"),
		rooms(devices, "", "internal/pcsc"),
		rooms(plumbing, "", "traveldoc", "biometrics"),
		rooms(plumbing, "plumbing", "internal/audit", "internal/auth", "internal/breaker", "internal/bus", "internal/ca", "internal/config", "internal/filelock", "internal/jsonhttp", "internal/mail", "internal/pdfprint", "internal/pgcluster", "internal/tesseract", "internal/vault"),
		rooms(basics, "", "internal/problem", "migrations"),
		support("internal/archtest", "internal/pgtest", "internal/browsertest", "internal/faultnet", "deployments", "cmd/internal/world", "internal/postgres/screeningdb/deskworld", "internal/postgres/passengerdb/passengerdbtest"),
	), Bans: bans(), Names: []Name{{Folder: "api_pnr", Name: "apipnr"}}}
}

func bans() []Ban {
	return []Ban{
		{Imports: []string{"gorm.io/..."}, Except: []string{"internal/postgres"}, Tests: true,
			Why: "GORM stays in internal/postgres; expected a function there that takes and gives domain values"},
		{Imports: []string{"github.com/jackc/pgx/...", "database/sql/...", "github.com/pressly/goose/..."}, Except: []string{"internal/postgres", "internal/pgcluster", "internal/pgtest", "migrations"},
			Why: "the database stays in internal/postgres; expected an interface that its packages fill"},
		{Imports: []string{"github.com/nats-io/..."}, Except: []string{"internal/bus", "internal/abisnats", "replication", "api_pnr/intake"},
			Why: "NATS stays in internal/bus, internal/abisnats, replication and api_pnr/intake; expected their types"},
		{Imports: []string{"github.com/labstack/..."}, Except: []string{"ui", "cmd"}, Tests: true,
			Why: "echo stays in ui and cmd; expected plain values below"},
		{Imports: []string{"github.com/labstack/...", "net/http/..."}, Within: []string{"ui/view", "ui/text"}, Tests: true,
			Why: "views and texts know no transport; expected domain values as arguments"},
		{Imports: []string{"net/http/...", "net", "database/sql/...", "os/exec"}, Within: []string{"traveldoc", "biometrics", "border", "alerts", "central"},
			Why: "the domain is values and algorithms; expected transport and processes outside"},
		{Imports: []string{"github.com/stretchr/testify/...", "pgregory.net/rapid/...", "go.uber.org/goleak/...", "testing/..."},
			Support: true,
			Why:     "test libraries stay in tests; expected a support package"},
		{Imports: []string{"github.com/chromedp/..."}, Except: []string{"internal/browsertest", "internal/pdfprint"},
			Why: "the browser is for tests and for printing; expected internal/browsertest or internal/pdfprint"},
		{Imports: []string{"github.com/a-h/templ/..."}, Except: []string{"ui", "cmd"}, Tests: true,
			Why: "HTML stays in ui; expected domain values below"},
		{Imports: []string{"log"}, Tests: false,
			Why: "logs are structured; expected log/slog"},
		{Imports: []string{"math/rand"}, Tests: true,
			Why: "is superseded; expected crypto/rand, or math/rand/v2 with a seed that was handed in"},
	}
}

func rooms(level int, group string, paths ...string) []Room {
	made := make([]Room, len(paths))
	for i, p := range paths {
		made[i] = Room{Path: p, Level: level, Group: group}
	}
	return made
}

func support(paths ...string) []Room {
	made := rooms(testsOnly, "support", paths...)
	for i := range made {
		made[i].Support = true
	}
	return made
}

// room is the longest room that covers folder. A folder XXXtest within the folder XXX is support: the conformance suite of XXX's
// interfaces, or the means to test with it.
func (h House) room(folder string) (Room, bool) {
	if parent := path.Dir(folder); path.Base(folder) == path.Base(parent)+"test" {
		return Room{Path: folder, Level: testsOnly, Group: "support", Support: true}, true
	}
	var best Room
	for _, r := range h.Rooms {
		if below(folder, r.Path) && len(r.Path) > len(best.Path) {
			best = r
		}
	}
	return best, best.Path != ""
}

func (b Ban) hits(from importer, target string) bool {
	if from.test && !b.Tests || from.room.Support && b.Support {
		return false
	}
	within := len(b.Within) == 0 || anyBelow(b.Within, from.folder)
	return within && !anyBelow(b.Except, from.folder) && slices.ContainsFunc(b.Imports, func(pattern string) bool {
		if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
			return below(target, tree)
		}
		return target == pattern
	})
}

func anyBelow(folders []string, name string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return below(name, folder) })
}

// below tells whether name is folder or stands below it.
func below(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}
