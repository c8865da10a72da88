"""`{{ session.user_agent|browser_name }}` for pages."""

from django import template

from gallery import user_agents

register = template.Library()
register.filter("browser_name", user_agents.browser_name)
