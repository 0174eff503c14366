// Package world runs a centre and stations for tests as their programs run them: real databases, a real bus, enrolment by token,
// TLS, people with passwords, all in one process. It exists so that what concerns more than one program is tested on the programs
// and not on models of them. It must never replace a part by a fake, and it is imported by tests only.
package world
