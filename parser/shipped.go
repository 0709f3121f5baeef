package parser

import (
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/patterns/pipelines"
)

// ShippedPipelines are the definitions in patterns/pipelines.
func ShippedPipelines() ([]pipeline.Source, error) {
	sources, err := pipeline.ReadDir(pipelines.FS, ".")
	for i := range sources {
		sources[i].File = "patterns/pipelines/" + sources[i].File
	}
	return sources, err
}

// ShippedRules choose among them by program. They stand behind the rules of a configuration.
func ShippedRules() []Rule {
	return []Rule{
		{Programs: []string{"sshd", "sshd-session", "sshd-auth"}, Pipeline: "sshd"},
		{Programs: []string{"sudo"}, Pipeline: "sudo"},
		{Programs: []string{"su", "su-l"}, Pipeline: "su"},
		{Programs: []string{"useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "passwd", "chpasswd", "chage"}, Pipeline: "accounts"},
		{Programs: []string{"cron", "CRON", "crond", "crontab", "anacron", "/usr/sbin/cron"}, Pipeline: "cron"},
		{Programs: []string{"kernel"}, Pipeline: "kernel"},
		{Programs: []string{"systemd-logind"}, Pipeline: "logind"},
		{Programs: []string{"login", "*(pam_unix)"}, Pipeline: "pam"},
		{Programs: []string{"nginx", "apache", "apache2", "httpd", "access_log"}, Pipeline: "access"},
	}
}
