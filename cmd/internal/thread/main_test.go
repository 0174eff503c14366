package thread_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// atOnce is how many of the tests run together unless -parallel says otherwise: they wait for beats, polls and pages more than they work.
const atOnce = "3"

func TestMain(m *testing.M) {
	if status, is := world.IsCentre(); is {
		os.Exit(status)
	}
	if err := flag.Set("test.parallel", atOnce); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(browsertest.Main(m))
}

// page is somebody's browser window at a program.
type page struct {
	*browsertest.Page
	t       *testing.T
	program *world.Part
	prefix  string // of screenshots
}

// window opens a window and signs the person in by keyboard.
func window(t *testing.T, program *world.Part, who world.Person, language string) page {
	t.Helper()
	p := page{browsertest.Open(t, language), t, program, program.Name + "-" + language + "-"}
	p.Goto(program.URL() + "/signin")
	p.WaitFocus("[name=login]")
	p.sound("signin")
	p.Type(who.Login)
	p.Press("Tab")
	p.Type(who.Password)
	p.Press("Enter")
	p.Wait("!location.pathname.startsWith('/signin') && document.readyState === 'complete'")
	return p
}

// sound holds the page, as it stands, to what every page is held to, and takes a picture.
func (p page) sound(name string) {
	p.t.Helper()
	p.Screenshot(p.prefix + name)
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
	require.NotContains(p.t, p.Text("body"), "⟦", "a text is missing on %s", p.Path())
	require.NotContains(p.t, p.Text("body"), "%!", "a text is broken on %s", p.Path())
	require.NotRegexp(p.t, `@[a-zA-Z]+\(`, p.Text("body"), "a part is not drawn on %s", p.Path())
}

// screen is sound for the pages of the counter, which never scroll.
func (p page) screen(name string) {
	p.t.Helper()
	p.sound(name)
	p.CheckOneScreen()
}

// follow goes to the link or button by keyboard and uses it.
func (p page) follow(selector string) {
	p.t.Helper()
	p.TabTo(selector)
	p.Press("Enter")
}

// visit follows a link of the navigation.
func (p page) visit(path string) {
	p.t.Helper()
	p.follow(fmt.Sprintf("header nav a[href='%s']", path))
	p.Wait(fmt.Sprintf("location.pathname === %q && document.readyState === 'complete'", path))
	p.WaitFor("main h1")
}

// atLane is an officer's window at the first lane, taken by keyboard.
func atLane(t *testing.T, s *world.Station, who world.Person, language string) page {
	t.Helper()
	p := window(t, s.Part, who, language)
	p.WaitFocus("button[name=lane]")
	p.sound("lane")
	p.TabTo("button[name=lane][value='1']")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
	p.WaitFor("#desk")
	return p
}

func airport() world.Post { return world.Post{ID: "airport-1", Zone: "Africa/Nairobi"} }

// languages are one that is written from left to right and one from right to left.
func languages() []string { return []string{"en", "ar"} }

// person makes an account whose login tells role and language.
func person(t *testing.T, p *world.Part, role auth.Role, language string) world.Person {
	t.Helper()
	return p.Person(t, role, string(role)+"-"+language, language)
}
