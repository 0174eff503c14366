// Package browsertest drives a real browser in tests: one headless Chromium per test program, one page with cookies of its
// own per call of Open. It exists so that every screen is tested as people use it, by keyboard, under its real content security
// policy, and so that each page is held to the same rules: nothing on the console, no accessibility fault, focus visible.
//
// It must never be imported by production code, and never skip because there is no browser.
//
//	func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }
package browsertest
