// Package visaportal is the public portal of visas: the routes that anybody may ask, without an account. It exists so that a stranger can
// find out whether he needs a visa, apply for one alone or with his family, pay, follow what becomes of it, and so that a carrier can ask
// whether a visa is valid.
//
// It must never read or serve anything but what package apply gives it, never put a reference, a name or a token of a session into an
// address, a title or a log, and never need JavaScript: the script only adds the live feedback on the portrait.
package visaportal
