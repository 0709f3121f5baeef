package useragent

import (
	"regexp"
	"strings"
)

// Types of devices.
const (
	robot, tablet, phone, desktop = "Robot", "Tablet", "Phone", "Desktop"
)

var (
	robotWords  = []string{"Bot", "bot", "Spider", "spider", "Crawler", "crawler", "AppEngine-Google"}
	tabletWords = []string{"Tablet", "iPad", "FireOS", "Crosswalk"}

	scannerWords = []string{ // of the whole text
		"Synthetic", "Scanner", "Crawler", "Site24x7", "PagePeeker", "SpeedCurve", "Google Web Preview", "SiteChecker", "Parser",
	}

	// Names are whole but for those that end with *, which begin so.
	desktopSystems = []string{
		"Windows", "Windows NT", "Mac OS X*", "Linux", "Chrome OS*", "Fedora", "Ubuntu", "Windows XP*", "Windows 7*", "Windows 10*",
		"FreeBSD*", "OpenBSD*", "Arch Linux*", "Solaris*", "NetBSD*", "SUSE*", "SunOS*", "BeOS/Haiku*",
	}
	phoneSystems    = []string{"Android", "iOS*", "Windows Phone*", "Firefox OS*", "BlackBerry OS*", "KaiOS*", "Sailfish", "Maemo*"}
	desktopBrowsers = []string{
		"Chrome", "Chromium", "Edge", "Firefox", "IE", "Maxthon", "Opera", "Safari", "SeaMonkey", "Vivaldi", "Yandex Browser",
	}
	phoneBrowsers = []string{
		"Chrome Mobile", "Chrome Mobile iOS*", "Firefox Mobile*", "Firefox iOS*", "Edge Mobile*", "Android*", "Facebook*", "Instagram*",
		"IE Mobile*", "BlackBerry WebKit*", "OktaMobile*", "Sailfish Browser*", "Amazon Silk*", "Pinterest*", "Flipboard*",
	}

	tabletModels = regexp.MustCompile(`Kindle|(SM-[TP]|GT-P|Asus Nexus )\d|Lenovo TB`)
)

// DeviceType is what kind of device an agent runs on, as good as can be told: Robot, Tablet, Phone, Desktop or Other.
// text is that of the agent.
func (a *Agent) DeviceType(text string) string {
	switch {
	case contains(text, scannerWords):
		return robot
	case strings.Contains(text, "Tablet"):
		return tablet
	}
	kinds := [...]string{
		typeOf(a.OSName, desktopSystems, phoneSystems), typeOf(a.Name, desktopBrowsers, phoneBrowsers), "",
	}
	if contains(a.Device, tabletWords) || tabletModels.MatchString(a.Device) {
		kinds[2] = tablet
	}
	for _, kind := range []string{robot, tablet, phone, desktop} {
		for _, k := range kinds {
			if k == kind {
				return kind
			}
		}
	}
	return other
}

// typeOf is the type that the name of a system or browser tells, "" for none.
func typeOf(name string, desktops, phones []string) string {
	switch {
	case contains(name, robotWords):
		return robot
	case isOne(name, desktops):
		return desktop
	case isOne(name, phones):
		return phone
	case contains(name, tabletWords):
		return tablet
	}
	return ""
}

func contains(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func isOne(name string, names []string) bool {
	for _, n := range names {
		if start, ok := strings.CutSuffix(n, "*"); name == n || ok && strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}
