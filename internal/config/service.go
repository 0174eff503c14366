package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Refusal says what stands on the form for refusal of entry and how it is printed.
type Refusal struct {
	// ReasonsFile and AppealFile are JSON files of border/refusal (absolute); "" takes what is built in.
	ReasonsFile string
	AppealFile  string
	// Chromium prints the form as PDF: a path, a name to be searched for, "off", or "" for the usual names.
	Chromium string
}

// Protection says who takes over people who need protection.
type Protection struct {
	// Services are the services' names by kind of signal; a kind without one is shown with a general name.
	Services map[string]string
	// Acknowledge is how long a service has to confirm a case before it escalates.
	Acknowledge time.Duration
}

// protectionKinds are the kinds of signals, as border/protection has them.
var protectionKinds = []string{"asylum", "trafficking", "separated_child", "vulnerable"}

func (r *reader) refusal() Refusal {
	c := Refusal{
		ReasonsFile: r.path("BMIS_REFUSAL_REASONS", "", "JSON file of reasons for refusal; empty: annex V of Regulation (EU) 2016/399"),
		AppealFile:  r.path("BMIS_REFUSAL_APPEAL", "", "JSON file of appeal information; empty: words that say where to ask"),
		Chromium:    r.get("BMIS_CHROMIUM", "", aboutChromium),
	}
	if strings.ContainsRune(c.Chromium, filepath.Separator) && !filepath.IsAbs(c.Chromium) {
		r.fail("BMIS_CHROMIUM", fmt.Sprintf("is %q; expected an absolute path, a name, or off", c.Chromium))
	}
	return c
}

func (r *reader) protection() Protection {
	const name = "BMIS_PROTECTION_SERVICES"
	services, err := parseServices(r.get(name, "", "services that take over: `asylum:NAME,trafficking:NAME,separated_child:NAME,vulnerable:NAME`"))
	if err != nil {
		r.fail(name, err.Error())
	}
	return Protection{
		Services: services,
		Acknowledge: r.duration("BMIS_PROTECTION_ACKNOWLEDGE", 30*time.Minute, span{time.Minute, 24 * time.Hour},
			"a case that its service has not confirmed by then escalates"),
	}
}

const maxServiceName = 80

// parseServices reads "asylum:Asylum office,trafficking:Shelter"; each kind once.
func parseServices(text string) (map[string]string, error) {
	services := map[string]string{}
	for i, part := range list(text) {
		kind, name, _ := strings.Cut(part, ":")
		kind, name = strings.TrimSpace(kind), strings.TrimSpace(name)
		switch {
		case !slices.Contains(protectionKinds, kind):
			return services, fmt.Errorf("part %d, %q, names no kind; expected one of %s before the colon", i+1, part, strings.Join(protectionKinds, ", "))
		case name == "" || len([]rune(name)) > maxServiceName:
			return services, fmt.Errorf("part %d, %q, names no service; expected 1 to %d characters after the colon", i+1, part, maxServiceName)
		case services[kind] != "":
			return services, fmt.Errorf("names the service of %s twice; expected each kind once", kind)
		}
		services[kind] = name
	}
	return services, nil
}
